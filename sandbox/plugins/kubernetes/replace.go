package main

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// replacing are the fields, by kind, that the API server never changes in place.
var replacing = map[string][]string{
	"apps/Deployment":  {"spec.selector"},
	"apps/DaemonSet":   {"spec.selector"},
	"apps/StatefulSet": {"spec.podManagementPolicy", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"},
	"batch/Job":        {"spec.completions", "spec.parallelism", "spec.selector", "spec.template"},
	"/PersistentVolumeClaim": {
		"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName",
	},
	"/ResourceQuota": {"spec.scopes"},
	"/Service":       {"spec.clusterIP"},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {"roleRef"},
	"rbac.authorization.k8s.io/RoleBinding":        {"roleRef"},
	"storage.k8s.io/StorageClass":                  {"parameters", "provisioner"},
}

// replacingFields are the fields whose change makes a new object of this one.
func (p *standIn) replacingFields(obj *unstructured.Unstructured) []string {
	fields := []string{"metadata.name", "metadata.namespace"}
	immutable, _, _ := unstructured.NestedBool(obj.Object, "immutable")
	switch {
	case isSecret(obj) && (immutable || !p.settings.enableSecretMutable):
		return append(fields, "type", "stringData", "data")
	case isSecret(obj):
		return append(fields, "type")
	case isConfigMap(obj) && (immutable || !p.settings.enableConfigMapMutable):
		return append(fields, "binaryData", "data")
	}
	kind := groupVersionKind(obj)
	return append(fields, replacing[kind.Group+"/"+kind.Kind]...)
}

// touches says whether a change at path changes one of the fields, or what is inside or around it.
func touches(path []string, value any, fields []string) bool {
	return slices.ContainsFunc(fields, func(field string) bool {
		wanted := strings.Split(field, ".")
		for i, part := range wanted {
			if i >= len(path) {
				inner, ok := value.(map[string]any)
				if !ok || inner[part] == nil {
					return false
				}
				value = inner[part]
			} else if path[i] != part {
				return false
			}
		}
		return true
	})
}
