package main

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/client-go/rest"
)

// Configure reads the options and makes the clients. A cluster that cannot be reached is
// remembered, not an error: a preview must still be able to show what would be created.
func (p *standIn) Configure(
	_ context.Context, req *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	//nolint:staticcheck // the engine still sends the options as text, nested ones as JSON
	config := configuration(req.GetVariables())
	settings, err := readSettings(config)
	if err != nil {
		return nil, err
	}
	p.settings = settings
	if err := p.connect(config); err != nil {
		p.unreachable = err.Error()
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets:                   true,
		SupportsPreview:                 true,
		SupportsAutonamingConfiguration: true,
	}, nil
}

func (p *standIn) connect(c configuration) error {
	kubeconfig, err := clientConfig(c)
	if err != nil {
		return err
	}
	if namespace, _, err := kubeconfig.Namespace(); err == nil {
		p.settings.defaultNamespace = namespace
	}
	config, err := kubeconfig.ClientConfig()
	if err != nil {
		return fmt.Errorf("the kubeconfig leads to no cluster: %w", err)
	}
	config.QPS = p.settings.qps
	config.Burst = p.settings.burst
	config.Timeout = p.settings.timeout
	config.WarningHandler = rest.NoWarnings{}
	config.UserAgent = "pulumi-kubernetes/" + version + " (kargo-fleet stand-in)"

	p.cluster, err = newCluster(config)
	if err != nil {
		return err
	}
	return p.cluster.reach()
}

// mustReach is the error of an operation that needs the cluster when there is none.
func (p *standIn) mustReach(doing string) error {
	if p.unreachable == "" {
		return nil
	}
	return fmt.Errorf("cannot %s: the Kubernetes cluster is unreachable: %s", doing, p.unreachable)
}
