package main

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The annotations by which a program steers the plugin, as the real one documents them.
const (
	autonamedAnnotation    = "pulumi.com/autonamed"
	skipAwaitAnnotation    = "pulumi.com/skipAwait"
	waitForAnnotation      = "pulumi.com/waitFor"
	timeoutAnnotation      = "pulumi.com/timeoutSeconds"
	forceAnnotation        = "pulumi.com/patchForce"
	managerAnnotation      = "pulumi.com/patchFieldManager"
	propagationAnnotation  = "pulumi.com/deletionPropagationPolicy"
	defaultOperationPeriod = 10 * time.Minute
)

func annotated(obj *unstructured.Unstructured, annotation string) bool {
	return obj.GetAnnotations()[annotation] == "true"
}

// timeoutOf is how long an operation may take: customTimeouts first, then the annotation, then 10 minutes.
func timeoutOf(seconds float64, obj *unstructured.Unstructured) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if n, err := strconv.Atoi(obj.GetAnnotations()[timeoutAnnotation]); err == nil {
		return time.Duration(n) * time.Second
	}
	return defaultOperationPeriod
}

// propagationOf is how an object's dependents go: before it, unless the annotation says otherwise.
func propagationOf(obj *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(obj.GetAnnotations()[propagationAnnotation]) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	default:
		return metav1.DeletePropagationForeground
	}
}
