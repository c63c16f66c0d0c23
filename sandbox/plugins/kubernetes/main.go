// Command pulumi-resource-kubernetes serves Pulumi's own provider for Kubernetes.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// version is stamped in: that of the npm package @pulumi/kubernetes, which the engine asks for.
var version string

func main() {
	provider.Serve("kubernetes", version, schemaOfKinds(), []byte("{}"))
}
