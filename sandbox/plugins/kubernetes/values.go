package main

import (
	"math"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// unknown stands, inside an object, for a value that is not known until the update runs.
type unknown struct{}

// dashed are the keys that the SDK spells with underscores, in a CustomResourceDefinition's schema.
var dashed = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

var underscored = func() map[string]resource.PropertyKey {
	inverse := make(map[string]resource.PropertyKey, len(dashed))
	for with, without := range dashed {
		inverse[without] = resource.PropertyKey(with)
	}
	return inverse
}()

// toObject strips secrets, keeps what is unknown as such, and spells keys as the API server does.
func toObject(props resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: toMap(props)}
}

func toMap(props resource.PropertyMap) map[string]any {
	result := make(map[string]any, len(props))
	for key, value := range props {
		name := string(key)
		if spelt, ok := dashed[name]; ok {
			name = spelt
		}
		result[name] = toPlain(value)
	}
	return result
}

func toPlain(v resource.PropertyValue) any {
	switch {
	case v.IsComputed(), v.IsOutput() && !v.OutputValue().Known:
		return unknown{}
	case v.IsOutput():
		return toPlain(v.OutputValue().Element)
	case v.IsSecret():
		return toPlain(v.SecretValue().Element)
	case v.IsObject():
		return toMap(v.ObjectValue())
	case v.IsArray():
		items := make([]any, 0, len(v.ArrayValue()))
		for _, item := range v.ArrayValue() {
			items = append(items, toPlain(item))
		}
		return items
	case v.IsNumber():
		// The API server reads 5, not 5.0, for an integer; state has one kind of number.
		if n := v.NumberValue(); n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return int64(n)
		}
		return v.NumberValue()
	case v.IsString():
		return v.StringValue()
	case v.IsBool():
		return v.BoolValue()
	default:
		return nil
	}
}

// toProperties is an object as inputs: keys as they are, unknowns kept.
func toProperties(object map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(object, nil, restoreUnknown)
}

// toOutputs is an object as state: keys as the SDK spells them.
func toOutputs(object map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(object, func(key string) (resource.PropertyKey, bool) {
		spelt, ok := underscored[key]
		return spelt, ok
	}, restoreUnknown)
}

func restoreUnknown(value any) (resource.PropertyValue, bool) {
	if _, ok := value.(unknown); ok {
		return resource.MakeComputed(resource.NewStringProperty("")), true
	}
	return resource.PropertyValue{}, false
}

func hasUnknown(value any) bool {
	switch v := value.(type) {
	case unknown:
		return true
	case map[string]any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	}
	return false
}

// prune keeps of value what shape also has: the fields a program set, with what the server made of them.
func prune(value, shape any) any {
	switch shape := shape.(type) {
	case map[string]any:
		fields, ok := value.(map[string]any)
		if !ok {
			return value
		}
		kept := make(map[string]any, len(shape))
		for key, inner := range shape {
			if field, ok := fields[key]; ok {
				kept[key] = prune(field, inner)
			}
		}
		return kept
	case []any:
		items, ok := value.([]any)
		if !ok {
			return value
		}
		kept := make([]any, 0, len(shape))
		for i := 0; i < len(items) && i < len(shape); i++ {
			kept = append(kept, prune(items[i], shape[i]))
		}
		return kept
	default:
		return value
	}
}

func pruned(live, inputs *unstructured.Unstructured) *unstructured.Unstructured {
	object, ok := prune(live.Object, inputs.Object).(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	return &unstructured.Unstructured{Object: object}
}
