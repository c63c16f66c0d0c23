package main

import (
	"context"
	"fmt"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Diff compares the new inputs with what the server last said about the fields that the old
// inputs set. It asks the server nothing: an unchanged object costs no request, and what the
// server defaulted is no difference. The preview of the update is the server's own dry run.
func (p *standIn) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	old, inputs := readRecord(olds), normalize(toObject(news))
	before := pruned(old.live, normalize(old.inputs))
	p.alignIdentity(before, inputs, old.live)

	found := compare(before.Object, inputs.Object, p.replacingFields(inputs))
	if err := found.ignore(req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		HasDetailedDiff: true,
		DetailedDiff:    found,
	}
	if len(found) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	for path, change := range found {
		switch change.GetKind() {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_UPDATE_REPLACE,
			pulumirpc.PropertyDiff_DELETE_REPLACE:
			response.Replaces = append(response.Replaces, path)
		}
	}
	sort.Strings(response.Replaces)
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && takesSamePlace(inputs, old.live)
	return response, nil
}

// alignIdentity writes name and namespace of both sides the same way: "default" where a
// namespaced object names none, nothing where the kind has no namespace.
func (p *standIn) alignIdentity(before, inputs, live *unstructured.Unstructured) {
	kind := groupVersionKind(inputs)
	namespaced := live.GetNamespace() != ""
	if p.unreachable == "" && p.cluster != nil {
		namespaced = p.namespaced(kind)
	}
	for _, obj := range []*unstructured.Unstructured{before, inputs} {
		metadata := metadataOf(obj)
		if metadata == nil {
			continue
		}
		if !namespaced {
			delete(metadata, "namespace")
		} else if metadata["namespace"] == nil || metadata["namespace"] == "" {
			metadata["namespace"] = "default"
		}
	}
	if inputs.GetName() != "" {
		before.SetName(live.GetName())
	}
	if before.GetKind() == "" {
		before.SetGroupVersionKind(inputs.GroupVersionKind())
	}
}

// takesSamePlace says whether the replacement would collide with the object that it replaces.
func takesSamePlace(inputs, live *unstructured.Unstructured) bool {
	return named(inputs) && !annotated(inputs, autonamedAnnotation) &&
		inputs.GetName() == live.GetName() && inputs.GetNamespace() == live.GetNamespace()
}

// ignore drops the changes inside the paths of the ignoreChanges option.
func (c changes) ignore(ignored []string) error {
	for _, text := range ignored {
		ignoredPath, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("ignoreChanges: %q is no property path: %w", text, err)
		}
		for path := range c {
			changed, err := resource.ParsePropertyPath(path)
			if err == nil && ignoredPath.Contains(changed) {
				delete(c, path)
			}
		}
	}
	return nil
}
