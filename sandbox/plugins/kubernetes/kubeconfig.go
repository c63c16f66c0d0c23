package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// loadKubeconfig reads a kubeconfig given as a path or as its contents (YAML or JSON).
func loadKubeconfig(pathOrContents string) (*clientcmdapi.Config, error) {
	path := pathOrContents
	if path == "~" || strings.HasPrefix(path, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, strings.TrimPrefix(path, "~"))
	}
	if _, err := os.Stat(path); err == nil {
		contents, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return clientcmd.Load(contents)
	}
	if !strings.ContainsAny(pathOrContents, "\n{:") {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	return clientcmd.Load([]byte(pathOrContents))
}

// clientConfig applies the provider's context, cluster and namespace to its kubeconfig,
// or to the ambient one (KUBECONFIG, then the home folder's) where it names none.
func clientConfig(c configuration) (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{}
	overrides.CurrentContext, _ = c.get("context")
	overrides.Context.Cluster, _ = c.get("cluster")
	overrides.Context.Namespace, _ = c.get("namespace")

	if given, _ := c.get("kubeconfig"); given != "" {
		config, err := loadKubeconfig(given)
		if err != nil {
			return nil, fmt.Errorf("the provider's kubeconfig cannot be read: %w", err)
		}
		return clientcmd.NewDefaultClientConfig(*config, overrides), nil
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
}

// kubeconfigOf reads the kubeconfig property of a provider: text, an object, or nothing.
func kubeconfigOf(props resource.PropertyMap) (*clientcmdapi.Config, error) {
	value := props["kubeconfig"]
	switch {
	case value.IsString() && value.StringValue() != "":
		return loadKubeconfig(value.StringValue())
	case value.IsObject():
		text, err := json.Marshal(value.ObjectValue().Mappable())
		if err != nil {
			return nil, err
		}
		return clientcmd.Load(text)
	default:
		return clientcmdapi.NewConfig(), nil
	}
}

// activeCluster is the cluster that a provider's properties lead to, or nil where they lead to none.
func activeCluster(config *clientcmdapi.Config, props resource.PropertyMap) *clientcmdapi.Cluster {
	contextName := config.CurrentContext
	if value := props["context"]; value.IsString() {
		contextName = value.StringValue()
	}
	active := config.Contexts[contextName]
	if active == nil {
		return nil
	}
	name := active.Cluster
	if value := props["cluster"]; value.IsString() {
		name = value.StringValue()
	}
	return config.Clusters[name]
}
