package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// Delete returns when the object is gone, not when its deletion has been asked for.
func (p *standIn) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	state, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	old := readRecord(state)
	if p.unreachable != "" && p.settings.deleteUnreachable {
		p.log(ctx, diag.Warning, resource.URN(req.GetUrn()),
			"the cluster is unreachable and deleteUnreachable is set: forgotten, not deleted")
		return &emptypb.Empty{}, nil
	}
	if err := p.mustReach("delete " + describe(old.live)); err != nil {
		return nil, fmt.Errorf("%w\nWhere the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true", err)
	}
	period := timeoutOf(req.GetTimeout(), old.inputs)
	ctx, done := p.operation(ctx)
	defer done()
	ctx, cancel := context.WithTimeout(ctx, period)
	defer cancel()

	_, name := splitIdentity(req.GetId())
	err = p.delete(ctx, old, name)
	var stuck *stuckError
	switch {
	case err == nil, apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		return &emptypb.Empty{}, nil
	case errors.As(err, &stuck):
		return nil, fmt.Errorf("cannot delete %s: after %s it is still there, marked for deletion%s",
			describe(old.live), period, stuck.reason())
	default:
		return nil, p.cluster.explain("delete", old.live, err)
	}
}

func (p *standIn) delete(ctx context.Context, old record, name string) error {
	client, err := p.cluster.client(old.live)
	if err != nil {
		return err
	}
	propagation := propagationOf(old.inputs)
	err = client.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &propagation})
	if err != nil || annotated(old.inputs, skipAwaitAnnotation) && skipsDeletionWait(old.live) {
		return err
	}
	return awaitGone(ctx, client, name, old.live.GetUID() == "", string(old.live.GetUID()))
}

// skipsDeletionWait are the kinds whose deletion skipAwait leaves unawaited, too.
func skipsDeletionWait(obj *unstructured.Unstructured) bool {
	kind := groupVersionKind(obj)
	switch kind.Group + "/" + kind.Kind {
	case "/Namespace", "/Pod", "/ReplicationController", "apps/DaemonSet", "apps/Deployment", "apps/StatefulSet",
		"batch/Job":
		return true
	}
	return false
}

// stuckError is an object that outlived the time it had to go.
type stuckError struct{ live *unstructured.Unstructured }

func (e *stuckError) Error() string { return "still there" + e.reason() }

func (e *stuckError) reason() string {
	finalizers := e.live.GetFinalizers()
	if len(finalizers) == 0 {
		return ""
	}
	return fmt.Sprintf("; it waits for its finalizers %s. Let their controller run, or remove them by hand",
		strings.Join(finalizers, ", "))
}

// awaitGone watches until the object of that UID is no longer there.
func awaitGone(ctx context.Context, client dynamic.ResourceInterface, name string, anyUID bool, uid string) error {
	var last *unstructured.Unstructured
	for {
		live, err := client.Get(ctx, name, metav1.GetOptions{})
		switch {
		case err != nil && ctx.Err() != nil && last != nil:
			return &stuckError{last}
		case err != nil:
			return err
		case !anyUID && string(live.GetUID()) != uid:
			return nil
		}
		last = live
		watchDeletion(ctx, client, live)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return &stuckError{last}
		}
	}
}

// watchDeletion returns when the object goes, or when it is time to look again.
func watchDeletion(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured) {
	events, err := client.Watch(ctx, metav1.ListOptions{
		FieldSelector:   "metadata.name=" + live.GetName(),
		ResourceVersion: live.GetResourceVersion(),
	})
	if err != nil {
		// An identity that may delete need not be one that may watch.
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
		return
	}
	defer events.Stop()
	for event := range events.ResultChan() {
		if event.Type == watch.Deleted || event.Type == watch.Error {
			return
		}
	}
}
