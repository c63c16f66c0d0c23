package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// kindOf reads a type token, `kubernetes:<group>/<version>:<Kind>`; the group "core" is the empty one.
func kindOf(urn resource.URN) (schema.GroupVersionKind, error) {
	token := string(urn.Type())
	parts := strings.Split(token, ":")
	if len(parts) != 3 || parts[0] != "kubernetes" {
		return schema.GroupVersionKind{}, unsupported(token)
	}
	group, version, found := strings.Cut(parts[1], "/")
	if !found || group == "helm.sh" || group == "kustomize" || group == "yaml" {
		return schema.GroupVersionKind{}, unsupported(token)
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: parts[2]}, nil
}

// groupVersionKind is an object's kind, with the group "core" spelt the API server's way.
func groupVersionKind(obj *unstructured.Unstructured) schema.GroupVersionKind {
	kind := obj.GroupVersionKind()
	if kind.Group == "core" {
		kind.Group = ""
	}
	return kind
}

// builtIn says whether the kind is one of Kubernetes' own, which client-go knows by type.
func builtIn(kind schema.GroupVersionKind) bool {
	return scheme.Scheme.Recognizes(kind)
}

func isSecret(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "Secret" && groupVersionKind(obj).Group == ""
}

func isConfigMap(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "ConfigMap" && groupVersionKind(obj).Group == ""
}

func isDefinition(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "CustomResourceDefinition" && groupVersionKind(obj).Group == "apiextensions.k8s.io"
}

// awaited are the kinds that the real plugin waits for until they are ready; the stand-in does not.
var awaited = map[string]bool{
	"apps/Deployment": true, "apps/StatefulSet": true, "apps/DaemonSet": true,
	"batch/Job": true, "networking.k8s.io/Ingress": true,
	"/Pod": true, "/Service": true, "/ReplicationController": true, "/ResourceQuota": true,
	"/PersistentVolume": true, "/PersistentVolumeClaim": true,
}

// describe names an object for a message: kind, namespace and name.
func describe(obj *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s", obj.GetKind(), identity(obj))
}

// identity is an object's id in the stack: `namespace/name`, or `name` for a cluster-wide one.
func identity(obj *unstructured.Unstructured) string {
	if obj.GetNamespace() == "" {
		return obj.GetName()
	}
	return obj.GetNamespace() + "/" + obj.GetName()
}

// splitIdentity is identity's inverse.
func splitIdentity(id string) (namespace, name string) {
	namespace, name, found := strings.Cut(id, "/")
	if !found {
		return "", id
	}
	return namespace, name
}
