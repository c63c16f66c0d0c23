package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// explain says what could not be done, to which object, at which server, why, and the way out.
func (c *cluster) explain(doing string, obj *unstructured.Unstructured, err error) error {
	what := fmt.Sprintf("cannot %s %s", doing, describe(obj))
	var status apierrors.APIStatus
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: cancelled", what)
	case meta.IsNoMatchError(err):
		return fmt.Errorf("%s: the API server at %s has no kind %s in %s; is its custom resource definition installed?",
			what, c.server, obj.GetKind(), obj.GetAPIVersion())
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("%s: it already exists in the cluster at %s. Either\n"+
			"  - adopt it: the resource option import: %q, or `pulumi import`;\n"+
			"  - or delete it, where nobody needs it;\n"+
			"  - or, after a rename in the program, give the resource an alias;\n"+
			"  - or set upsertExistingObjects on the provider, to write over whatever exists",
			what, c.server, identity(obj))
	case isApplyConflict(err):
		return fmt.Errorf("%s: others own fields that it sets:\n%s\n"+
			"Leave these fields to them, or take them over with the annotation %s: \"true\"",
			what, conflicts(err), forceAnnotation)
	case errors.As(err, &status):
		return fmt.Errorf("%s: the API server at %s answers %s", what, c.server, refusal(status.Status()))
	case c.timeout > 0 && isTimeout(err):
		return fmt.Errorf("%s: the API server at %s did not answer within the %s of kubeClientSettings.timeout",
			what, c.server, c.timeout)
	default:
		return fmt.Errorf("%s: the API server at %s cannot be reached: %w", what, c.server, err)
	}
}

func isTimeout(err error) bool {
	var timed interface{ Timeout() bool }
	return errors.As(err, &timed) && timed.Timeout()
}

// refusal is the server's message, with every field that it names on a line of its own.
func refusal(status metav1.Status) string {
	text := fmt.Sprintf("%d %s: %s", status.Code, status.Reason, status.Message)
	if status.Details == nil || len(status.Details.Causes) == 0 {
		return text
	}
	lines := make([]string, 0, len(status.Details.Causes))
	for _, cause := range status.Details.Causes {
		line := "  - " + cause.Message
		if cause.Field != "" && cause.Field != "<nil>" {
			line = "  - " + cause.Field + ": " + cause.Message
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("%d %s:\n%s", status.Code, status.Reason, strings.Join(lines, "\n"))
}

func isApplyConflict(err error) bool {
	return apierrors.IsConflict(err) && apierrors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict)
}

var conflictingManager = regexp.MustCompile(`conflict with (.+)`)

func conflicts(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return "  - " + err.Error()
	}
	var lines []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		owner := cause.Message
		if match := conflictingManager.FindStringSubmatch(owner); match != nil {
			owner = match[1]
		}
		lines = append(lines, fmt.Sprintf("  - %s is owned by field manager %s", cause.Field, owner))
	}
	return strings.Join(lines, "\n")
}
