package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"k8s.io/client-go/kubernetes/scheme"
)

type object map[string]any

// anything is a property of which the schema says no type: the API server checks it.
var anything = object{"$ref": "pulumi.json#/Any"}

// schemaOfKinds returns a Pulumi schema with the names of the properties of each built-in kind, because the module does not
// carry the real one. The provider itself reads it: an import records these properties of the object as its inputs.
// Programs in YAML read it, too.
func schemaOfKinds() []byte {
	resources := object{}
	for kind, goType := range scheme.Scheme.AllKnownTypes() {
		group := kind.Group
		if group == "" {
			group = "core"
		}
		inputs := inputsOf(goType)
		inputs["apiVersion"] = object{"type": "string", "const": kind.GroupVersion().String()}
		inputs["kind"] = object{"type": "string", "const": kind.Kind}
		resources["kubernetes:"+group+"/"+kind.Version+":"+kind.Kind] = object{
			"inputProperties": inputs,
			"properties":      inputs,
		}
	}
	settings := object{}
	for _, name := range []string{"cluster", "clusterIdentifier", "context", "kubeconfig", "namespace"} {
		settings[name] = object{"type": "string"}
	}
	schema, err := json.Marshal(object{
		"name":      "kubernetes",
		"version":   version,
		"resources": resources,
		"provider":  object{"inputProperties": settings},
	})
	if err != nil {
		panic(err)
	}
	return schema
}

func inputsOf(goType reflect.Type) object {
	inputs := object{}
	for index := range goType.NumField() {
		name, _, _ := strings.Cut(goType.Field(index).Tag.Get("json"), ",")
		if name != "" && name != "status" {
			inputs[name] = anything
		}
	}
	return inputs
}
