package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Check completes the inputs (name, default namespace, stored spelling) and refuses what the
// stand-in cannot do as the real plugin would.
func (p *standIn) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	if p.unreachable != "" && p.settings.skipUpdateUnreachable {
		p.log(ctx, diag.Warning, urn, "the cluster is unreachable and skipUpdateUnreachable is set: skipped")
		return &pulumirpc.CheckResponse{Inputs: req.GetOlds()}, nil
	}
	kind, err := kindOf(urn)
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	old, inputs := toObject(olds), normalize(toObject(news))

	failures := refusals(kind, inputs)
	if len(failures) > 0 {
		return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
	}
	if err := assignName(inputs, old, urn, req); err != nil {
		return nil, err
	}
	keepManagedByLabel(inputs, old)
	p.assignNamespace(inputs, kind)

	checked := toProperties(inputs.Object)
	keepSecrets(checked, news)
	props, err := marshal(checked)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: props}, nil
}

func (p *standIn) assignNamespace(inputs *unstructured.Unstructured, kind schema.GroupVersionKind) {
	metadata := metadataOf(inputs)
	if metadata == nil || p.settings.defaultNamespace == "" {
		return
	}
	if namespace := metadata["namespace"]; namespace != nil && namespace != "" {
		return
	}
	if p.namespaced(kind) {
		metadata["namespace"] = p.settings.defaultNamespace
	}
}

// refusals are the reasons why the inputs cannot become an object of the token's kind.
func refusals(kind schema.GroupVersionKind, inputs *unstructured.Unstructured) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	refuse := func(property, format string, args ...any) {
		failures = append(failures, &pulumirpc.CheckFailure{
			Property: property, Reason: fmt.Sprintf(format, args...),
		})
	}
	if strings.HasSuffix(kind.Kind, "Patch") && inputs.GetKind() != kind.Kind {
		refuse("kind", "%v", unsupported("Patch resources ("+kind.Kind+")"))
		return failures
	}
	if strings.HasSuffix(kind.Kind, "List") && builtIn(kind) {
		refuse("kind", "a %s cannot be created; create its items one by one", kind.Kind)
		return failures
	}
	if got := inputs.GetKind(); got != kind.Kind {
		refuse("kind", "must be %q, as the resource's type says; it is %q", kind.Kind, got)
	}
	if got := groupVersionKind(inputs).GroupVersion(); got != kind.GroupVersion() {
		refuse("apiVersion", "must be %q, as the resource's type says; it is %q", kind.GroupVersion(), inputs.GetAPIVersion())
	}
	if inputs.GetAnnotations()[waitForAnnotation] != "" {
		refuse(annotationPath(waitForAnnotation), "%v", unsupported("this annotation"))
	}
	if awaited[kind.Group+"/"+kind.Kind] && !annotated(inputs, skipAwaitAnnotation) {
		refuse(annotationPath(skipAwaitAnnotation),
			"the real plugin waits until a %s is ready, the stand-in cannot; set it to \"true\" or use the real plugin",
			kind.Kind)
	}
	return failures
}

func annotationPath(annotation string) string {
	return fmt.Sprintf("metadata.annotations[%q]", annotation)
}
