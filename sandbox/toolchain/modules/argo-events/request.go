package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	corev1 "k8s.io/api/core/v1"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	httptrigger "github.com/argoproj/argo-events/pkg/sensors/triggers/http"
	sharedutil "github.com/argoproj/argo-events/pkg/shared/util"
)

// sent is a request of a trigger.
type sent struct {
	Method  string              `json:"method"`
	URL     string              `json:"url"`
	Headers map[string][]string `json:"headers"`
	Body    string              `json:"body"`
}

// receiver takes every request, and keeps the last one.
type receiver struct {
	answer int
	last   *sent
}

func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	r.last = &sent{request.Method, request.URL.String(), request.Header, string(body)}
	return &http.Response{StatusCode: r.answer, Body: io.NopCloser(bytes.NewReader(nil)), Request: request}, nil
}

// send is one try of an HTTP trigger.
func (s *subscription) send(events map[string]*v1alpha1.Event, trigger *v1alpha1.Trigger, to *receiver) error {
	ctx, clients := context.Background(), sharedutil.NewStringKeyedMap[*http.Client]()
	clients.Store(trigger.Template.Name, &http.Client{Transport: to})
	implementation, err := httptrigger.NewHTTPTrigger(clients, s.sensor, trigger, quiet)
	if err != nil {
		return err
	}
	request, err := implementation.FetchResource(ctx)
	if err != nil {
		return err
	}
	if request, err = implementation.ApplyResourceParameters(events, request); err != nil {
		return err
	}
	if request, err = s.withSecrets(request.(*v1alpha1.HTTPTrigger)); err != nil {
		return err
	}
	response, err := implementation.Execute(ctx, events, request)
	if err != nil {
		return err
	}
	return implementation.ApplyPolicy(ctx, response)
}

// withSecrets puts the headers of Secrets into a request: a pod reads them from files below /.
func (s *subscription) withSecrets(request *v1alpha1.HTTPTrigger) (*v1alpha1.HTTPTrigger, error) {
	full := request.DeepCopy()
	for _, header := range full.SecureHeaders {
		value, known, err := secretOf(header.ValueFrom.SecretKeyRef, s.sensor.Namespace, s.secrets)
		if err == nil && !known {
			err = fmt.Errorf("the Secret %s has no key %s", header.ValueFrom.SecretKeyRef.Name, header.ValueFrom.SecretKeyRef.Key)
		}
		if err != nil {
			return nil, err
		}
		full.Headers[header.Name] = value
	}
	full.SecureHeaders = nil
	return full, nil
}

// setEnvironment gives this process the variables of a Sensor's pod. One whose Secret is missing would never start.
func setEnvironment(sensor *v1alpha1.Sensor, secrets []corev1.Secret) {
	if sensor.Spec.Template == nil || sensor.Spec.Template.Container == nil {
		return
	}
	for _, variable := range sensor.Spec.Template.Container.Env {
		value := variable.Value
		if variable.ValueFrom != nil {
			value, _, _ = secretOf(variable.ValueFrom.SecretKeyRef, sensor.Namespace, secrets)
		}
		_ = os.Setenv(variable.Name, value)
	}
}
