package main

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// serverOwned are the fields of metadata that only the API server writes.
var serverOwned = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
	"managedFields", "resourceVersion", "uid",
}

// normalize writes inputs the way the API server stores them (a quantity of 1000m is 1), so
// that two spellings of one object are no difference.
func normalize(obj *unstructured.Unstructured) *unstructured.Unstructured {
	if !hasUnknown(obj.Object) {
		switch {
		case isDefinition(obj):
			normalizeDefinition(obj)
		case isSecret(obj):
			normalizeSecret(obj)
		default:
			obj = normalizeTyped(obj)
		}
	}
	for _, field := range serverOwned {
		unstructured.RemoveNestedField(obj.Object, "metadata", field)
	}
	return obj
}

// normalizeTyped passes an object through its Go type; what does not fit stays as it is, for
// the API server to judge.
func normalizeTyped(obj *unstructured.Unstructured) *unstructured.Unstructured {
	typed, err := scheme.Scheme.New(groupVersionKind(obj))
	if err != nil {
		return obj
	}
	converter := runtime.DefaultUnstructuredConverter
	if err := converter.FromUnstructured(obj.Object, typed); err != nil {
		return obj
	}
	object, err := converter.ToUnstructured(typed)
	if err != nil {
		return obj
	}
	return pruned(&unstructured.Unstructured{Object: object}, obj)
}

func normalizeDefinition(obj *unstructured.Unstructured) {
	preserve, found, err := unstructured.NestedBool(obj.Object, "spec", "preserveUnknownFields")
	if err == nil && found && !preserve {
		unstructured.RemoveNestedField(obj.Object, "spec", "preserveUnknownFields")
	}
	unstructured.RemoveNestedField(obj.Object, "status")
}

// normalizeSecret moves stringData into data, as the API server does.
func normalizeSecret(obj *unstructured.Unstructured) {
	data, ok := obj.Object["data"].(map[string]any)
	if !ok {
		data = map[string]any{}
	}
	for key, value := range data {
		text, _ := value.(string)
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
			data[key] = base64.StdEncoding.EncodeToString(decoded)
		}
	}
	stringData, ok := obj.Object["stringData"].(map[string]any)
	if !ok || len(stringData) == 0 {
		return
	}
	for key, value := range stringData {
		text, ok := value.(string)
		if !ok {
			return
		}
		data[key] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	obj.Object["data"] = data
	delete(obj.Object, "stringData")
}
