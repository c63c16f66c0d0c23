package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// standIn answers the engine for one configured cluster.
type standIn struct {
	pulumirpc.UnimplementedResourceProviderServer

	host     *provider.HostClient
	stopping context.Context
	stop     context.CancelFunc

	settings settings
	cluster  *cluster
	// unreachable says why there is no cluster to talk to; empty when there is one.
	unreachable string
}

func newPlugin(host *provider.HostClient) *standIn {
	ctx, cancel := context.WithCancel(context.Background())
	return &standIn{host: host, stopping: ctx, stop: cancel}
}

// operation is a context that ends with the request and with Cancel, whichever is first.
func (p *standIn) operation(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(p.stopping, cancel)
	return ctx, func() {
		detach()
		cancel()
	}
}

func (p *standIn) log(ctx context.Context, severity diag.Severity, urn resource.URN, format string, args ...any) {
	if p.host != nil {
		_ = p.host.Log(ctx, severity, urn, fmt.Sprintf(format, args...))
	}
}

func unmarshal(props *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(props, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

func marshal(props resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(props, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

func (p *standIn) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// GetSchema answers with the smallest valid schema: the SDK's types come from the npm package.
func (p *standIn) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	schema, err := json.Marshal(map[string]string{"name": "kubernetes", "version": version})
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetSchemaResponse{Schema: string(schema)}, nil
}

func (p *standIn) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	host, err := provider.NewHostClient(req.GetAddress())
	if err != nil {
		return nil, err
	}
	p.host = host
	return &emptypb.Empty{}, nil
}

// Cancel aborts every request under way.
func (p *standIn) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.stop()
	return &emptypb.Empty{}, nil
}

func (p *standIn) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, unsupported("the function " + req.GetTok())
}

func (p *standIn) Call(_ context.Context, req *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, unsupported("the method " + req.GetTok())
}

func (p *standIn) Construct(_ context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, unsupported("the component " + req.GetType())
}

func (p *standIn) Parameterize(
	context.Context, *pulumirpc.ParameterizeRequest,
) (*pulumirpc.ParameterizeResponse, error) {
	return nil, unsupported("parameterization")
}

func unsupported(what string) error {
	return status.Error(codes.Unimplemented, fmt.Sprintf(
		"the Kubernetes stand-in does not support %s; put the real pulumi-resource-kubernetes %s on PATH",
		what, version))
}
