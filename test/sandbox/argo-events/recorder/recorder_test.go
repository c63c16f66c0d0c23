// Asks Argo Events' own code what the evaluator is asked, and writes its answers down. See README.md beside it.
//
// It belongs into the package pkg/sensors of a checkout of Argo Events, since two of the functions that it calls are
// not exported.
package sensors

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Knetic/govaluate"
	cloudevents "github.com/cloudevents/sdk-go/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	k8stesting "k8s.io/client-go/testing"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/eventsources"
	eventsourcecommon "github.com/argoproj/argo-events/pkg/eventsources/common"
	"github.com/argoproj/argo-events/pkg/metrics"
	esreconciler "github.com/argoproj/argo-events/pkg/reconciler/eventsource"
	sensorreconciler "github.com/argoproj/argo-events/pkg/reconciler/sensor"
	sensordependencies "github.com/argoproj/argo-events/pkg/sensors/dependencies"
	"github.com/argoproj/argo-events/pkg/shared/logging"
	sharedutil "github.com/argoproj/argo-events/pkg/shared/util"
)

// One question, in the form of questions.json.
type recordedCase struct {
	Name        string          `json:"name"`
	EventSource json.RawMessage `json:"eventSource"`
	Sensor      json.RawMessage `json:"sensor"`
	Secrets     []corev1.Secret `json:"secrets"`
	Delivery    struct {
		Method  string      `json:"method"`
		Path    string      `json:"path"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`
	} `json:"delivery"`
}

type recordedTrigger struct {
	Trigger string                 `json:"trigger"`
	Result  string                 `json:"result"`
	Why     string                 `json:"why,omitempty"`
	Object  map[string]interface{} `json:"object,omitempty"`
}

type recordedAnswer struct {
	Name     string            `json:"name"`
	Refused  string            `json:"refused,omitempty"`
	Status   int               `json:"status,omitempty"`
	Text     string            `json:"text,omitempty"`
	Triggers []recordedTrigger `json:"triggers,omitempty"`
}

func TestRecord(t *testing.T) {
	text, err := os.ReadFile(os.Getenv("QUESTIONS"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []recordedCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	m := metrics.NewMetrics("recorder")
	answers := make([]recordedAnswer, 0, len(cases))
	for index, c := range cases {
		answer := record(t, c, 20000+index, m)
		answer.Name = c.Name
		answers = append(answers, answer)
	}
	out, _ := json.MarshalIndent(answers, "", " ")
	if err := os.WriteFile(os.Getenv("ANSWERS"), append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func record(t *testing.T, c recordedCase, port int, m *metrics.Metrics) recordedAnswer {
	eventSource := &v1alpha1.EventSource{}
	if err := json.Unmarshal(c.EventSource, eventSource); err != nil {
		return recordedAnswer{Refused: "decode: " + err.Error()}
	}
	sensor := &v1alpha1.Sensor{}
	if err := json.Unmarshal(c.Sensor, sensor); err != nil {
		return recordedAnswer{Refused: "decode: " + err.Error()}
	}
	eventSource.Status.InitConditions()
	sensor.Status.InitConditions()
	if err := esreconciler.ValidateEventSource(eventSource); err != nil {
		return recordedAnswer{Refused: "EventSource: " + err.Error()}
	}
	bus := &v1alpha1.EventBus{Spec: v1alpha1.EventBusSpec{JetStream: &v1alpha1.JetStreamBus{}}}
	if err := sensorreconciler.ValidateSensor(sensor, bus); err != nil {
		return recordedAnswer{Refused: "Sensor: " + err.Error()}
	}
	// As it travels to the pods.
	again(t, eventSource, &v1alpha1.EventSource{}, func(v interface{}) { eventSource = v.(*v1alpha1.EventSource) })
	again(t, sensor, &v1alpha1.Sensor{}, func(v interface{}) { sensor = v.(*v1alpha1.Sensor) })
	_ = os.RemoveAll("/argo-events/secrets")
	for _, s := range c.Secrets {
		for key, value := range s.Data {
			file := filepath.Join("/argo-events/secrets", s.Name, key)
			_ = os.MkdirAll(filepath.Dir(file), 0o700)
			_ = os.WriteFile(file, value, 0o600)
		}
	}
	for key, entry := range eventSource.Spec.Github {
		entry.Webhook.Port = strconv.Itoa(port)
		eventSource.Spec.Github[key] = entry
	}
	ctx, cancel := context.WithCancel(logging.WithLogger(context.Background(), logging.NewArgoEventsLogger()))
	defer cancel()
	type dispatched struct {
		event string
		data  []byte
	}
	events := make(chan dispatched, 10)
	servers, _ := eventsources.GetEventingServers(eventSource, m)
	for _, list := range servers {
		for _, server := range list {
			go func(s eventsources.EventingServer) {
				_ = s.StartListening(ctx, func(data []byte, _ ...eventsourcecommon.Option) error {
					events <- dispatched{s.GetEventName(), data}
					return nil
				})
			}(server)
		}
	}
	answer := recordedAnswer{}
	answer.Status, answer.Text = send(t, c, port)
	select {
	case got := <-events:
		answer.Triggers = trigger(ctx, t, sensor, eventSource.Name, got.event, got.data, m)
	default:
	}
	return answer
}

func again(t *testing.T, from, into interface{}, set func(interface{})) {
	text, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
	set(into)
}

func send(t *testing.T, c recordedCase, port int) (int, string) {
	body, err := base64.StdEncoding.DecodeString(c.Delivery.Body)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for try := 0; ; try++ {
		request, err := http.NewRequest(c.Delivery.Method, fmt.Sprintf("http://127.0.0.1:%d%s", port, c.Delivery.Path), bytes.NewReader(body))
		if err != nil {
			t.Fatal(c.Name, err)
		}
		for _, header := range c.Delivery.Headers {
			request.Header[header[0]] = append(request.Header[header[0]], header[1])
		}
		response, err := client.Do(request)
		if err != nil {
			if try < 100 && strings.Contains(err.Error(), "refused") {
				time.Sleep(20 * time.Millisecond)
				continue
			}
			return 0, err.Error()
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		// The route may be a moment behind the server.
		if try < 15 && (response.StatusCode == 404 || strings.Contains(string(text), "inactive")) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		return response.StatusCode, string(text)
	}
}

func trigger(ctx context.Context, t *testing.T, sensor *v1alpha1.Sensor, source, name string, data []byte, m *metrics.Metrics) []recordedTrigger {
	event := cloudevents.NewEvent()
	event.SetID("1")
	event.SetType(string(v1alpha1.GithubEvent))
	event.SetSource(source)
	event.SetSubject(name)
	event.SetTime(time.Now())
	if err := event.SetData(cloudevents.ApplicationJSON, data); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(event)
	received := cloudevents.Event{}
	if err := json.Unmarshal(text, &received); err != nil {
		t.Fatal(err)
	}
	dependencies := map[string]v1alpha1.EventDependency{}
	for _, d := range sensor.Spec.Dependencies {
		dependencies[d.Name] = d
	}
	results := []recordedTrigger{}
	for _, tr := range sensor.Spec.Triggers {
		client := dynamicfake.NewSimpleDynamicClient(runtime.NewScheme())
		var created map[string]interface{}
		client.PrependReactor("create", "*", func(action k8stesting.Action) (bool, runtime.Object, error) {
			object := action.(k8stesting.CreateAction).GetObject().(*unstructured.Unstructured)
			created = object.Object
			return true, object, nil
		})
		sensorCtx := NewSensorContext(nil, client, sensor, &v1alpha1.BusConfig{}, "subject", "recorder", m)
		result := recordedTrigger{Trigger: tr.Template.Name}
		expression, err := sensorCtx.getDependencyExpression(ctx, tr)
		var vars []string
		if err == nil {
			var evaluable *govaluate.EvaluableExpression
			evaluable, err = govaluate.NewEvaluableExpression(strings.ReplaceAll(expression, "-", "\\-"))
			if err == nil {
				vars = unique(evaluable.Vars())
			}
		}
		if err == nil {
			for _, v := range vars {
				if _, ok := dependencies[v]; !ok {
					err = fmt.Errorf("unknown dependency %s", v)
				}
			}
			if len(vars) != 1 && err == nil {
				err = fmt.Errorf("variables: %v", vars)
			}
		}
		if err != nil {
			result.Result, result.Why = "dead", err.Error()
			results = append(results, result)
			continue
		}
		dependency := dependencies[vars[0]]
		if dependency.EventSourceName != source || dependency.EventName != name {
			continue
		}
		passed := true
		if dependency.Filters != nil {
			passed, err = sensordependencies.Filter(convertEvent(received), dependency.Filters, dependency.FiltersLogicalOperator)
		}
		if !passed {
			result.Result = "filtered"
			if err != nil {
				result.Why = err.Error()
			}
			results = append(results, result)
			continue
		}
		strategy := tr.RetryStrategy
		if strategy == nil {
			strategy = &v1alpha1.Backoff{Steps: 1}
		}
		if _, err = sharedutil.Convert2WaitBackoff(strategy); err == nil {
			once := &v1alpha1.Backoff{Steps: 1}
			err = sharedutil.DoWithRetry(once, func() error {
				mapping := map[string]*v1alpha1.Event{dependency.Name: convertEvent(received)}
				return sensorCtx.triggerOne(ctx, sensor, tr, mapping, []string{dependency.Name}, []string{"1"}, logging.FromContext(ctx))
			})
		}
		if err != nil {
			result.Result, result.Why = "failed", err.Error()
		} else {
			labels := created["metadata"].(map[string]interface{})["labels"].(map[string]interface{})
			labels["events.argoproj.io/action-timestamp"] = "0"
			result.Result, result.Object = "created", created
		}
		results = append(results, result)
	}
	return results
}
