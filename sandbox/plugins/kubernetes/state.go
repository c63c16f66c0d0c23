package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The keys of the real plugin's state beside the live object's own.
const (
	inputsKey            = resource.PropertyKey("__inputs")
	initialAPIVersionKey = resource.PropertyKey("__initialApiVersion")
	fieldManagerKey      = resource.PropertyKey("__fieldManager")
)

// record is what the stack remembers of an object.
type record struct {
	inputs, live      *unstructured.Unstructured
	initialAPIVersion string
	fieldManager      string
}

// state writes a record the way the real plugin does; what is secret in from stays secret.
func (r record) state(from resource.PropertyMap) resource.PropertyMap {
	outputs, inputs := toOutputs(r.live.Object), toOutputs(r.inputs.Object)
	keepSecrets(outputs, from)
	keepSecrets(inputs, from)
	outputs[inputsKey] = resource.NewObjectProperty(inputs)
	outputs[initialAPIVersionKey] = resource.NewStringProperty(r.initialAPIVersion)
	outputs[fieldManagerKey] = resource.NewStringProperty(r.fieldManager)
	return outputs
}

func readRecord(state resource.PropertyMap) record {
	live := toMap(state)
	inputs, _ := live[string(inputsKey)].(map[string]any)
	if inputs == nil {
		inputs = map[string]any{}
	}
	initialAPIVersion, _ := live[string(initialAPIVersionKey)].(string)
	fieldManager, _ := live[string(fieldManagerKey)].(string)
	for _, key := range []resource.PropertyKey{inputsKey, initialAPIVersionKey, fieldManagerKey} {
		delete(live, string(key))
	}
	return record{
		inputs:            &unstructured.Unstructured{Object: inputs},
		live:              &unstructured.Unstructured{Object: live},
		initialAPIVersion: initialAPIVersion,
		fieldManager:      fieldManager,
	}
}

// managerOf is the name under which an object's fields are applied: the annotation's, else
// the recorded one, else a new one of the object's own.
func managerOf(inputs *unstructured.Unstructured, recorded string) (string, error) {
	if name := inputs.GetAnnotations()[managerAnnotation]; name != "" {
		return name, nil
	}
	if recorded != "" {
		return recorded, nil
	}
	return resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
}

// keepSecrets marks in outs what is secret in ins, field by field, and always a Secret's data.
func keepSecrets(outs, ins resource.PropertyMap) {
	if kind := outs["kind"]; kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, ok := outs[key]; ok && !value.IsSecret() {
				outs[key] = resource.MakeSecret(value)
			}
		}
		return
	}
	for key, in := range ins {
		out, ok := outs[key]
		if !ok {
			continue
		}
		if out.IsObject() && in.IsObject() {
			keepSecrets(out.ObjectValue(), in.ObjectValue())
		} else if !out.IsSecret() && in.ContainsSecrets() {
			// A list may come back in another order, so all of it is secret once one item is.
			outs[key] = resource.MakeSecret(out)
		}
	}
}
