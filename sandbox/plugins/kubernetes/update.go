package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// Update applies the new inputs server-side; its preview is the same request as a dry run.
func (p *standIn) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	olds, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	old, inputs := readRecord(olds), normalize(toObject(news))
	if req.GetPreview() {
		if p.unreachable != "" || hasUnknown(inputs.Object) || !p.cluster.serves(groupVersionKind(inputs)) {
			return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
		}
	} else if err := p.mustReach("update " + describe(inputs)); err != nil {
		return nil, err
	}
	manager, err := managerOf(inputs, old.fieldManager)
	if err != nil {
		return nil, err
	}
	ctx, done := p.operation(ctx)
	defer done()

	wanted := record{inputs: inputs.DeepCopy(), initialAPIVersion: old.initialAPIVersion, fieldManager: manager}
	change := change{
		inputs: inputs, name: old.live.GetName(), manager: manager, formerManager: old.fieldManager,
		preview: req.GetPreview(), ignored: req.GetIgnoreChanges(),
	}
	if wanted.live, err = p.update(ctx, change); err != nil {
		if req.GetPreview() && apierrors.IsForbidden(err) {
			return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
		}
		return nil, p.updateFailed(ctx, change, wanted, news, err)
	}
	props, err := marshal(wanted.state(news))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: props}, nil
}

type change struct {
	inputs                 *unstructured.Unstructured
	name                   string
	manager, formerManager string
	preview                bool
	ignored                []string
}

func (p *standIn) update(ctx context.Context, c change) (*unstructured.Unstructured, error) {
	client, err := p.cluster.client(c.inputs)
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, c.name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if isDefinition(c.inputs) {
		return replaceDefinition(ctx, client, live, c)
	}
	force := p.forced(c.inputs)
	if c.preview {
		// The update itself takes the fields of the POST over first, so they are no conflict.
		force = force || posted(live)
	} else if live, err = takeOver(ctx, client, live, c.manager); err != nil {
		return nil, err
	}
	if err := leaveIgnored(c.inputs, live, c.manager, c.ignored); err != nil {
		return nil, err
	}
	updated, err := apply(ctx, client, c.inputs, applyOptions{manager: c.manager, preview: c.preview, force: force})
	if err != nil || c.preview || c.formerManager == "" || c.formerManager == c.manager {
		return updated, err
	}
	return updated, relinquish(ctx, client, updated, c.formerManager)
}

// replaceDefinition puts a custom resource definition as a whole: an apply could leave versions behind.
func replaceDefinition(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, c change,
) (*unstructured.Unstructured, error) {
	whole := c.inputs.DeepCopy()
	whole.SetResourceVersion(live.GetResourceVersion())
	options := metav1.UpdateOptions{FieldManager: c.manager}
	if c.preview {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return client.Update(ctx, whole, options)
}

// posted says whether the object still is as the provider itself made it; of kubectl's fields the
// real plugin shows the conflict in a preview, though its update would take them over.
func posted(live *unstructured.Unstructured) bool {
	for _, entry := range live.GetManagedFields() {
		if entry.Operation != metav1.ManagedFieldsOperationUpdate {
			continue
		}
		switch entry.Manager {
		case postManager, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes":
			return true
		}
	}
	return len(live.GetManagedFields()) == 0
}

// updateFailed records what the object is now, where it can still be read, so that the next
// update starts from there.
func (p *standIn) updateFailed(
	ctx context.Context, c change, wanted record, news resource.PropertyMap, cause error,
) error {
	explained := p.cluster.explain("update", c.inputs, cause)
	if apierrors.IsNotFound(cause) {
		return fmt.Errorf("%w\nIt was deleted behind the stack's back: `pulumi refresh` forgets it, the next `pulumi up` creates it again",
			explained)
	}
	var status apierrors.APIStatus
	if c.preview || !errors.As(cause, &status) {
		return explained
	}
	client, err := p.cluster.client(c.inputs)
	if err != nil {
		return explained
	}
	if wanted.live, err = client.Get(ctx, c.name, metav1.GetOptions{}); err != nil {
		return explained
	}
	return p.partial(wanted, news, explained)
}
