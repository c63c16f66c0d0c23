package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/gorilla/mux"
	"go.uber.org/zap"
	corev1 "k8s.io/api/core/v1"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	eventsourcecommon "github.com/argoproj/argo-events/pkg/eventsources/common"
	"github.com/argoproj/argo-events/pkg/eventsources/common/webhook"
	"github.com/argoproj/argo-events/pkg/eventsources/sources/github"
	"github.com/argoproj/argo-events/pkg/metrics"
)

// objects decide about a delivery, as the API server returns them.
type objects struct {
	EventSources []json.RawMessage `json:"eventSources"`
	Sensors      []json.RawMessage `json:"sensors"`
	Secrets      []corev1.Secret   `json:"secrets"`
}

// event is what an EventSource puts on the bus.
type event struct {
	source *v1alpha1.EventSource
	name   string
	data   []byte
}

// cluster is what the pods of these objects would be.
type cluster struct {
	handler       *mux.Router
	stop          func()
	subscriptions []*subscription
	// EventSources that watch objects.
	watching []*v1alpha1.EventSource
	// What came in while a delivery was answered.
	received []event
}

var (
	measured   = metrics.NewMetrics("")
	controller = webhook.NewController()
	clusters   atomic.Int64
	quiet      = zap.NewNop().Sugar()
)

func init() { go webhook.ProcessRouteStatus(controller) }

// newCluster reads and checks objects as Argo Events' controllers do, and starts the EventSources' routes.
// An error says why Argo Events would not run, or that an object uses what this program does not have.
func newCluster(given objects) (*cluster, error) {
	ctx, cancel := context.WithCancel(context.Background())
	// The real controller opens a port for each name of one that it has no handler for.
	port := fmt.Sprint("cluster-", clusters.Add(1))
	made := &cluster{handler: mux.NewRouter(), stop: func() {
		cancel()
		webhook.Lock.Lock()
		defer webhook.Lock.Unlock()
		delete(controller.ActiveServerHandlers, port)
	}}
	webhook.Lock.Lock()
	controller.ActiveServerHandlers[port] = made.handler
	webhook.Lock.Unlock()
	endpoints := map[string]bool{}
	for _, text := range given.EventSources {
		source, err := decode[v1alpha1.EventSource](text)
		if err == nil {
			err = made.serve(ctx, port, source, given.Secrets, endpoints)
		}
		if err != nil {
			made.stop()
			return nil, fmt.Errorf("EventSource %s: %w", source.Name, err)
		}
	}
	for _, text := range given.Sensors {
		sensor, err := decode[v1alpha1.Sensor](text)
		if err == nil {
			err = made.subscribe(sensor, given.Secrets)
		}
		if err != nil {
			made.stop()
			return nil, fmt.Errorf("Sensor %s: %w", sensor.Name, err)
		}
	}
	return made, nil
}

// decode reads an object as a pod does: the controller reads it, and hands it on written anew.
func decode[Kind any](text json.RawMessage) (*Kind, error) {
	read, handed := new(Kind), new(Kind)
	if err := json.Unmarshal(text, read); err != nil {
		return read, fmt.Errorf("Argo Events cannot decode it, and its controller stops for every object of its kind: %w", err)
	}
	anew, err := json.Marshal(read)
	if err == nil {
		err = json.Unmarshal(anew, handed)
	}
	return handed, err
}

// serve starts the routes of an EventSource. One whose secret has no such key is never served.
func (c *cluster) serve(ctx context.Context, port string, source *v1alpha1.EventSource, secrets []corev1.Secret, endpoints map[string]bool) error {
	if other := fieldsBeside(source.Spec, "eventBusName", "replicas", "template", "service", "github", "resource", "calendar"); other != "" {
		return fmt.Errorf("%s is beyond this program", other)
	}
	if err := validateResources(ctx, source); err != nil {
		return err
	}
	if len(source.Spec.Resource)+len(source.Spec.Calendar) > 0 {
		c.watching = append(c.watching, source)
	}
	for _, name := range slices.Sorted(maps.Keys(source.Spec.Github)) {
		entry := source.Spec.Github[name]
		checked := &github.EventListener{EventSourceName: source.Name, EventName: name, GithubEventSource: entry}
		if err := checked.ValidateEventSource(ctx); err != nil {
			return fmt.Errorf("Argo Events' controller refuses %s: %w", name, err)
		}
		if entry.Filter != nil || entry.Webhook.AuthSecret != nil || entry.NeedToCreateHooks() {
			return fmt.Errorf("filter, authSecret, apiToken and githubApp of %s are beyond this program", name)
		}
		if endpoints[entry.Webhook.Endpoint] {
			return fmt.Errorf("the endpoint %s is there twice: which entry serves it is chance", entry.Webhook.Endpoint)
		}
		endpoints[entry.Webhook.Endpoint] = true
		secret, served, err := secretOf(entry.WebhookSecret, source.Namespace, secrets)
		if err != nil {
			return err
		}
		if !served {
			continue
		}
		entry.Webhook.Port = port
		route := webhook.NewRoute(entry.Webhook, quiet, source.Name, name, measured)
		router := started{Router: &github.Router{}, active: make(chan struct{})}
		// A pod reads the secret from a file below /; here it comes from the API server.
		set(router.Router, "route", route)
		set(router.Router, "githubEventSource", &entry)
		set(router.Router, "hookSecret", secret)
		go func() {
			_ = webhook.ManageRoute(ctx, router, controller, func(data []byte, _ ...eventsourcecommon.Option) error {
				c.received = append(c.received, event{source, name, data})
				return nil
			})
		}()
		<-router.active
	}
	return nil
}

// receive answers a delivery as the EventSources' pods would, one at a time, and returns what it put on the bus.
func (c *cluster) receive(response http.ResponseWriter, request *http.Request) []event {
	c.received = nil
	c.handler.ServeHTTP(response, request)
	return c.received
}

// started tells when its route is active.
type started struct {
	*github.Router
	active chan struct{}
}

func (s started) PostActivate() error {
	close(s.active)
	return s.Router.PostActivate()
}

// set sets a field that is not exported.
func set(router *github.Router, name string, value any) {
	field := reflect.ValueOf(router).Elem().FieldByName(name)
	reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().Set(reflect.ValueOf(value))
}

func secretOf(wanted *corev1.SecretKeySelector, namespace string, secrets []corev1.Secret) (value string, served bool, err error) {
	if wanted == nil {
		return "", true, nil
	}
	for _, secret := range secrets {
		if secret.Name == wanted.Name && secret.Namespace == namespace {
			value, served := secret.Data[wanted.Key]
			return strings.TrimSuffix(string(value), "\n"), served, nil
		}
	}
	return "", false, fmt.Errorf("there is no Secret %s in %s, so its pod never starts", wanted.Name, namespace)
}

// fieldsBeside names a field that is set and is none of these.
func fieldsBeside(value any, known ...string) string {
	text, _ := json.Marshal(value)
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(text, &fields)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, name) {
			return name
		}
	}
	return ""
}
