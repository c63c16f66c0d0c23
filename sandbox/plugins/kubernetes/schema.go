package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"k8s.io/client-go/kubernetes/scheme"
)

type resourceSchema struct {
	InputProperties map[string]struct{} `json:"inputProperties"`
}

// schemaOfKinds returns the part of Pulumi's schema that the provider itself reads: the names of the properties of each
// built-in kind. An import records these properties of the object as its inputs. The module does not carry the schema.
func schemaOfKinds() []byte {
	resources := map[string]resourceSchema{}
	for kind, goType := range scheme.Scheme.AllKnownTypes() {
		group := kind.Group
		if group == "" {
			group = "core"
		}
		token := "kubernetes:" + group + "/" + kind.Version + ":" + kind.Kind
		resources[token] = resourceSchema{InputProperties: inputsOf(goType)}
	}
	schema, err := json.Marshal(map[string]any{"resources": resources})
	if err != nil {
		panic(err)
	}
	return schema
}

func inputsOf(goType reflect.Type) map[string]struct{} {
	inputs := map[string]struct{}{"apiVersion": {}, "kind": {}}
	for index := range goType.NumField() {
		name, _, _ := strings.Cut(goType.Field(index).Tag.Get("json"), ",")
		if name != "" && name != "status" {
			inputs[name] = struct{}{}
		}
	}
	return inputs
}
