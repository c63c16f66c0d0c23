package main

import (
	"context"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const clusterIdentifier = resource.PropertyKey("clusterIdentifier")

// clusterKeys are the options that decide which cluster a provider talks to.
var clusterKeys = []string{"kubeconfig", "context", "cluster"}

// CheckConfig refuses the modes that the stand-in does not have before anything is touched.
func (p *standIn) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := plugin.UnmarshalProperties(req.GetNews(), plugin.MarshalOptions{KeepUnknowns: true})
	if err != nil {
		return nil, err
	}
	var failures []*pulumirpc.CheckFailure
	refuse := func(property string) {
		failures = append(failures, &pulumirpc.CheckFailure{
			Property: property, Reason: unsupported(property).Error(),
		})
	}
	if value := news["enableServerSideApply"]; isFalse(value) {
		refuse("enableServerSideApply: false")
	}
	if value := news["renderYamlToDirectory"]; value.IsString() && value.StringValue() != "" {
		refuse("renderYamlToDirectory")
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

func isFalse(v resource.PropertyValue) bool {
	return v.IsBool() && !v.BoolValue() || v.IsString() && v.StringValue() == "false"
}

// DiffConfig replaces every resource when the provider leads to another cluster. With a
// clusterIdentifier on both sides, the identifier alone decides.
func (p *standIn) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	opts := plugin.MarshalOptions{KeepUnknowns: true}
	olds, err := plugin.UnmarshalProperties(req.GetOlds(), opts)
	if err != nil {
		return nil, err
	}
	news, err := plugin.UnmarshalProperties(req.GetNews(), opts)
	if err != nil {
		return nil, err
	}
	diff := olds.Diff(news)
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	resp := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME}
	for _, key := range diff.ChangedKeys() {
		resp.Diffs = append(resp.Diffs, string(key))
	}
	sameIdentifier := diff.Same(clusterIdentifier) && news.HasValue(clusterIdentifier)
	if sameIdentifier {
		return resp, nil
	}
	if diff.Updated(clusterIdentifier) {
		resp.Replaces = append(resp.Replaces, string(clusterIdentifier))
	}
	moved, err := clusterKeysMoved(olds, news, resp.Diffs)
	resp.Replaces = append(resp.Replaces, moved...)
	return resp, err
}

// clusterKeysMoved are the options whose change leads to another cluster; one that is not
// known yet counts, since the old cluster can no longer be taken for granted.
func clusterKeysMoved(olds, news resource.PropertyMap, changed []string) ([]string, error) {
	for _, key := range clusterKeys {
		if news[resource.PropertyKey(key)].IsComputed() {
			return []string{key}, nil
		}
	}
	oldConfig, err := kubeconfigOf(olds)
	if err != nil {
		return nil, err
	}
	newConfig, err := kubeconfigOf(news)
	if err != nil {
		return nil, err
	}
	before, after := activeCluster(oldConfig, olds), activeCluster(newConfig, news)
	if before == nil || after == nil || reflect.DeepEqual(before, after) {
		return nil, nil
	}
	var moved []string
	for _, key := range clusterKeys {
		if slices.Contains(changed, key) {
			moved = append(moved, key)
		}
	}
	return moved, nil
}
