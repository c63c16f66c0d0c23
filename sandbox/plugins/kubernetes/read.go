package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Read is the object as it is now, for refresh, import and get; an empty id says that it is gone.
func (p *standIn) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(req.GetUrn())
	if response, err := p.readUnreachable(ctx, urn, req); response != nil || err != nil {
		return response, err
	}
	state, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	oldInputs, err := unmarshal(req.GetInputs())
	if err != nil {
		return nil, err
	}
	old, inputs := readRecord(state), normalize(toObject(oldInputs))
	adopting, err := identify(inputs, old, urn, req.GetId())
	if err != nil {
		return nil, err
	}
	manager, err := managerOf(inputs, old.fieldManager)
	if err != nil {
		return nil, err
	}
	ctx, done := p.operation(ctx)
	defer done()

	live, err := p.get(ctx, inputs, req.GetId())
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, p.cluster.explain("read", inputs, err)
	}
	found := record{inputs: pruned(live, inputs), live: live, fieldManager: manager}
	if found.initialAPIVersion = old.initialAPIVersion; found.initialAPIVersion == "" {
		found.initialAPIVersion = inputs.GetAPIVersion()
	}
	if adopting {
		adopt(found.inputs, live)
	}
	return found.response(req.GetId(), oldInputs)
}

func (r record) response(id string, from resource.PropertyMap) (*pulumirpc.ReadResponse, error) {
	props, err := marshal(r.state(from))
	if err != nil {
		return nil, err
	}
	inputs := toProperties(r.inputs.Object)
	keepSecrets(inputs, from)
	known, err := marshal(inputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: id, Properties: props, Inputs: known}, nil
}

// identify completes what is to be read from the id and the type; it says whether the stack
// knew nothing of the object before.
func identify(inputs *unstructured.Unstructured, old record, urn resource.URN, id string) (bool, error) {
	if inputs.GetKind() != "" {
		return false, nil
	}
	adopting := old.live.GetKind() == ""
	kind, err := kindOf(urn)
	if err != nil {
		return false, err
	}
	inputs.SetGroupVersionKind(kind)
	namespace, name := splitIdentity(id)
	if inputs.GetName() == "" {
		inputs.SetName(name)
	}
	if inputs.GetNamespace() == "" && namespace != "" {
		inputs.SetNamespace(namespace)
	}
	return adopting, nil
}

func (p *standIn) get(ctx context.Context, inputs *unstructured.Unstructured, id string) (*unstructured.Unstructured, error) {
	client, err := p.cluster.client(inputs)
	if err != nil {
		return nil, err
	}
	_, name := splitIdentity(id)
	return client.Get(ctx, name, metav1.GetOptions{})
}

// adopt takes the inputs of an imported object from the object. Of a custom resource only
// its identity is taken, as by the real plugin: the import's own update then applies the rest.
func adopt(inputs, live *unstructured.Unstructured) {
	if !builtIn(groupVersionKind(live)) && !isDefinition(live) {
		return
	}
	for key, value := range live.DeepCopy().Object {
		if key != "status" {
			inputs.Object[key] = value
		}
	}
	for _, field := range serverOwned {
		unstructured.RemoveNestedField(inputs.Object, "metadata", field)
	}
	unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations",
		"kubectl.kubernetes.io/last-applied-configuration")
}

func (p *standIn) readUnreachable(
	ctx context.Context, urn resource.URN, req *pulumirpc.ReadRequest,
) (*pulumirpc.ReadResponse, error) {
	switch {
	case p.unreachable == "":
		return nil, nil
	case p.settings.deleteUnreachable:
		p.log(ctx, diag.Warning, urn, "the cluster is unreachable and deleteUnreachable is set: forgotten")
		return &pulumirpc.ReadResponse{}, nil
	case p.settings.skipUpdateUnreachable:
		p.log(ctx, diag.Warning, urn, "the cluster is unreachable and skipUpdateUnreachable is set: not read")
		return &pulumirpc.ReadResponse{
			Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs(),
		}, nil
	default:
		return nil, fmt.Errorf("%w\nWhere the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true",
			p.mustReach("read "+req.GetId()))
	}
}
