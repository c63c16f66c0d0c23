package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// leaveIgnored keeps an update from touching what ignoreChanges names: a field of another
// manager is not sent at all, any other is sent with the value that it has. Paths through
// lists are left as the engine sends them.
func leaveIgnored(inputs, live *unstructured.Unstructured, manager string, ignored []string) error {
	for _, text := range ignored {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return err
		}
		keys := make([]string, 0, len(path))
		for _, part := range path {
			if key, ok := part.(string); ok {
				keys = append(keys, key)
			}
		}
		if len(keys) != len(path) {
			continue
		}
		owner, err := ownerOf(live, keys, manager)
		if err != nil {
			return err
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, keys...)
		switch {
		case owner == theirs:
			unstructured.RemoveNestedField(inputs.Object, keys...)
		case err == nil && found:
			if err := unstructured.SetNestedField(inputs.Object, value, keys...); err != nil {
				return err
			}
		}
	}
	return nil
}

type owner int

const (
	nobodys owner = iota
	ours
	theirs
)

func ownerOf(live *unstructured.Unstructured, keys []string, manager string) (owner, error) {
	parts := make([]any, 0, len(keys))
	for _, key := range keys {
		parts = append(parts, key)
	}
	path, err := fieldpath.MakePath(parts...)
	if err != nil {
		return nobodys, err
	}
	found := nobodys
	for _, entry := range live.GetManagedFields() {
		if entry.Subresource != "" {
			continue
		}
		holds, err := covers(entry, path)
		if err != nil {
			return nobodys, err
		}
		if holds && entry.Manager == manager {
			return ours, nil
		}
		if holds {
			found = theirs
		}
	}
	return found, nil
}

// covers says whether the manager owns the field or anything inside it.
func covers(entry metav1.ManagedFieldsEntry, path fieldpath.Path) (bool, error) {
	set, err := fieldsOf(entry)
	if err != nil {
		return false, err
	}
	for _, part := range path[:len(path)-1] {
		set = set.WithPrefix(part)
	}
	last := path[len(path)-1]
	return set.Members.Has(last) || !set.WithPrefix(last).Empty(), nil
}
