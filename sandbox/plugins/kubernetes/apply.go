package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

type applyOptions struct {
	manager        string
	preview, force bool
}

// apply is server-side apply: the server merges, and drops what this manager no longer sets.
func apply(
	ctx context.Context, client dynamic.ResourceInterface, obj *unstructured.Unstructured, o applyOptions,
) (*unstructured.Unstructured, error) {
	body, err := obj.MarshalJSON()
	if err != nil {
		return nil, err
	}
	options := metav1.PatchOptions{FieldManager: o.manager, Force: &o.force}
	if o.preview {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return client.Patch(ctx, obj.GetName(), types.ApplyPatchType, body, options)
}

// relinquish gives up a former manager's fields, now that another name applies them.
func relinquish(
	ctx context.Context, client dynamic.ResourceInterface, obj *unstructured.Unstructured, manager string,
) error {
	empty := &unstructured.Unstructured{}
	empty.SetGroupVersionKind(obj.GroupVersionKind())
	empty.SetNamespace(obj.GetNamespace())
	empty.SetName(obj.GetName())
	_, err := apply(ctx, client, empty, applyOptions{manager: manager})
	return err
}

func (p *standIn) forced(inputs *unstructured.Unstructured) bool {
	return p.settings.enablePatchForce || annotated(inputs, forceAnnotation)
}
