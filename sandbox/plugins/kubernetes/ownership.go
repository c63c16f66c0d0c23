package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// predecessors are managers whose fields become the applying manager's: the POST that made
// the object, the client-side times of the real plugin, and kubectl on adopted objects. As in
// the real plugin each stands for all that begin with its name, `kubectl-client-side-apply` too.
var predecessors = []struct {
	name      string
	operation metav1.ManagedFieldsOperationType
}{
	{postManager, metav1.ManagedFieldsOperationUpdate},
	{"pulumi-kubernetes.exe", metav1.ManagedFieldsOperationUpdate},
	{"pulumi-resource-kubernetes", metav1.ManagedFieldsOperationUpdate},
	{"kubectl", metav1.ManagedFieldsOperationApply},
	{"kubectl", metav1.ManagedFieldsOperationUpdate},
	{"before-first-apply", metav1.ManagedFieldsOperationUpdate},
}

func isPredecessor(entry metav1.ManagedFieldsEntry) bool {
	for _, p := range predecessors {
		if strings.HasPrefix(entry.Manager, p.name) && entry.Operation == p.operation && entry.Subresource == "" {
			return true
		}
	}
	return false
}

func fieldsOf(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	return set, set.FromJSON(bytes.NewReader(entry.FieldsV1.Raw))
}

// inherit moves the predecessors' fields to manager. Without it a field that a POST wrote and
// the program dropped would stay for ever: the applying manager never owned it.
func inherit(entries []metav1.ManagedFieldsEntry, manager, apiVersion string) ([]metav1.ManagedFieldsEntry, error) {
	owned := fieldpath.NewSet()
	now := metav1.Now()
	heir := metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationApply,
		APIVersion: apiVersion, Time: &now, FieldsType: "FieldsV1",
	}
	var others []metav1.ManagedFieldsEntry
	for _, entry := range entries {
		own := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == ""
		if !own && !isPredecessor(entry) {
			others = append(others, entry)
			continue
		}
		set, err := fieldsOf(entry)
		if err != nil {
			return nil, err
		}
		owned = owned.Union(set)
	}
	raw, err := owned.ToJSON()
	if err != nil {
		return nil, err
	}
	heir.FieldsV1 = &metav1.FieldsV1{Raw: raw}
	return append(others, heir), nil
}

// takeOver writes the inherited ownership back; it starts afresh where a controller was faster.
func takeOver(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	for attempt := 0; ; attempt++ {
		if !slices.ContainsFunc(live.GetManagedFields(), isPredecessor) {
			return live, nil
		}
		entries, err := inherit(live.GetManagedFields(), manager, live.GetAPIVersion())
		if err != nil {
			return nil, err
		}
		patch, err := json.Marshal([]map[string]any{
			{"op": "replace", "path": "/metadata/managedFields", "value": entries},
			{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
		})
		if err != nil {
			return nil, err
		}
		taken, err := client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
		if !apierrors.IsConflict(err) || attempt == retries {
			return taken, err
		}
		if live, err = client.Get(ctx, live.GetName(), metav1.GetOptions{}); err != nil {
			return nil, err
		}
	}
}
