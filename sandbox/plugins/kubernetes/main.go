// The stand-in for pulumi-resource-kubernetes: a small provider over client-go for
// machines where the real plugin cannot be had. docs/stand-in.md lists what it does.
package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// version is the plugin version it stands in for; stamped by -ldflags "-X main.version=…".
var version = "0.0.0"

func main() {
	if len(os.Args) == 2 && (os.Args[1] == "--version" || os.Args[1] == "-version") {
		fmt.Printf("%s+kargo-fleet.stand-in\n", version)
		return
	}
	err := provider.Main("kubernetes", func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return newPlugin(host), nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
