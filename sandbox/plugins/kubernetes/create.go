package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// postManager owns the fields of an object that was made by POST, until its first update.
const postManager = "pulumi-kubernetes"

// retries bound how long a create waits for its kind or namespace: 1+2+4+8+16 seconds, as the real plugin.
const retries = 5

// Create posts the object, so that one that exists already is an error and not overwritten.
func (p *standIn) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	news, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	inputs := toObject(news)
	asGiven := &pulumirpc.CreateResponse{Properties: req.GetProperties()}
	if req.GetPreview() {
		// Without a server, or a kind, or all values, there is nothing that a dry run could tell.
		if p.unreachable != "" || hasUnknown(inputs.Object) || !p.cluster.serves(groupVersionKind(inputs)) {
			return asGiven, nil
		}
	} else if err := p.mustReach("create " + describe(inputs)); err != nil {
		return nil, err
	}
	manager, err := managerOf(inputs, "")
	if err != nil {
		return nil, err
	}
	ctx, done := p.operation(ctx)
	defer done()

	live, err := p.create(ctx, inputs, manager, req.GetPreview())
	if err != nil {
		if req.GetPreview() && untold(err) {
			return asGiven, nil
		}
		return nil, p.cluster.explain("create", inputs, err)
	}
	if req.GetPreview() {
		// A dry run's status is empty, and would hide that it is not known yet.
		unstructured.RemoveNestedField(live.Object, "status")
	}
	made := record{inputs: inputs, live: live, initialAPIVersion: inputs.GetAPIVersion(), fieldManager: manager}
	if req.GetPreview() {
		props, err := marshal(made.state(news))
		return &pulumirpc.CreateResponse{Properties: props}, err
	}
	if isDefinition(inputs) {
		p.cluster.mapper.Reset()
	}
	if made.live, err = p.cluster.awaitToken(ctx, live); err != nil {
		return nil, p.partial(made, news, err)
	}
	props, err := marshal(made.state(news))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: identity(live), Properties: props}, nil
}

// create makes the object; while its kind or its namespace is still missing it tries again.
func (p *standIn) create(
	ctx context.Context, inputs *unstructured.Unstructured, manager string, preview bool,
) (live *unstructured.Unstructured, err error) {
	pause := time.Second
	for attempt := 0; ; attempt++ {
		live, err = p.createOnce(ctx, inputs, manager, preview)
		missing := err != nil && (apierrors.IsNotFound(err) || meta.IsNoMatchError(err))
		if !missing || attempt == retries || preview {
			return live, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
}

func (p *standIn) createOnce(
	ctx context.Context, inputs *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	client, err := p.cluster.client(inputs)
	if err != nil {
		return nil, err
	}
	if p.settings.upsertExistingObjects {
		return apply(ctx, client, inputs, applyOptions{
			manager: manager, preview: preview, force: preview || p.forced(inputs),
		})
	}
	options := metav1.CreateOptions{FieldManager: postManager}
	if preview {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return client.Create(ctx, inputs, options)
}

// untold says whether a dry run failed for a reason that need not fail the update: the
// identity may not write, what is to be replaced still exists, or the namespace is yet to come.
func untold(err error) bool {
	if apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) || apierrors.IsNotFound(err) {
		return true
	}
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "does not support dry run")
}

// awaitToken waits for the controller that fills a service account's token Secret; nothing
// else that the stand-in creates has to become ready.
func (c *cluster) awaitToken(ctx context.Context, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	kind, _, _ := unstructured.NestedString(live.Object, "type")
	if !isSecret(live) || kind != "kubernetes.io/service-account-token" || annotated(live, skipAwaitAnnotation) {
		return live, nil
	}
	client, err := c.client(live)
	if err != nil {
		return live, err
	}
	for waited := time.Duration(0); waited < 5*time.Second; waited += 250 * time.Millisecond {
		if found, err := client.Get(ctx, live.GetName(), metav1.GetOptions{}); err == nil {
			live = found
		}
		if data, _, _ := unstructured.NestedMap(live.Object, "data"); len(data) > 0 {
			return live, nil
		}
		select {
		case <-ctx.Done():
			return live, ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
	return live, errors.New("no token was written into " + describe(live) + " within 5 s; does its ServiceAccount exist?")
}

// partial is the error of an object that exists but is not what was asked for: the engine
// records it together with the error, and the next update tries again.
func (p *standIn) partial(r record, from resource.PropertyMap, cause error) error {
	props, err := marshal(r.state(from))
	if err != nil {
		return errors.Join(cause, err)
	}
	return initFailed(identity(r.live), cause, props)
}
