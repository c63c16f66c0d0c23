package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/Knetic/govaluate"
	"github.com/antonmedv/expr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	sensorreconciler "github.com/argoproj/argo-events/pkg/reconciler/sensor"
	"github.com/argoproj/argo-events/pkg/sensors/dependencies"
	"github.com/argoproj/argo-events/pkg/sensors/triggers"
	standardk8s "github.com/argoproj/argo-events/pkg/sensors/triggers/standard-k8s"
	sharedutil "github.com/argoproj/argo-events/pkg/shared/util"
)

// subscription is a trigger with the dependency that it waits for, or with why it waits for nothing.
type subscription struct {
	sensor     *v1alpha1.Sensor
	trigger    v1alpha1.Trigger
	dependency v1alpha1.EventDependency
	dead       error
	secrets    []corev1.Secret
	// A trigger does one thing after the other.
	busy sync.Mutex
}

// outcome is what became of an event at a trigger.
type outcome struct {
	Sensor  string `json:"sensor"`
	Trigger string `json:"trigger"`
	// created; sent; filtered: not for it; failed: tried, and given up after its retries; dead: it waits for nothing at all.
	Result string         `json:"result"`
	Why    string         `json:"why,omitempty"`
	Object map[string]any `json:"object,omitempty"`
	Sent   *sent          `json:"sent,omitempty"`
}

// subscribe checks a Sensor and finds what its triggers wait for.
func (c *cluster) subscribe(sensor *v1alpha1.Sensor, secrets []corev1.Secret) error {
	setEnvironment(sensor, secrets)
	sensor.Status.InitConditions()
	bus := &v1alpha1.EventBus{Spec: v1alpha1.EventBusSpec{JetStream: &v1alpha1.JetStreamBus{}}}
	if err := sensorreconciler.ValidateSensor(sensor, bus); err != nil {
		return fmt.Errorf("Argo Events' controller refuses it: %w", err)
	}
	for _, trigger := range sensor.Spec.Triggers {
		beyond := fieldsBeside(trigger.Template, "name", "conditions", "k8s", "http")
		if trigger.DlqTrigger != nil {
			beyond = "dlqTrigger"
		}
		if beyond != "" {
			return fmt.Errorf("%s of trigger %s is beyond this program", beyond, trigger.Template.Name)
		}
		if trigger.Template.Conditions == "" && len(sensor.Spec.Dependencies) > 1 || strings.ContainsAny(trigger.Template.Conditions, "&|()") {
			return fmt.Errorf("trigger %s waits for more than one dependency, which is beyond this program", trigger.Template.Name)
		}
		waiting := &subscription{sensor: sensor, trigger: trigger, secrets: secrets}
		waiting.dependency, waiting.dead = dependencyOf(sensor, trigger)
		if waiting.dependency.Transform != nil {
			return fmt.Errorf("transform of dependency %s is beyond this program", waiting.dependency.Name)
		}
		c.subscriptions = append(c.subscriptions, waiting)
	}
	return nil
}

// dependencyOf finds the dependency that a trigger's conditions name, by the two libraries that Argo Events asks: what it
// does itself is not exported (getDependencyExpression in pkg/sensors/listener.go).
func dependencyOf(sensor *v1alpha1.Sensor, trigger v1alpha1.Trigger) (v1alpha1.EventDependency, error) {
	none := v1alpha1.EventDependency{}
	known, names := map[string]v1alpha1.EventDependency{}, map[string]string{}
	for _, dependency := range sensor.Spec.Dependencies {
		known[dependency.Name] = dependency
		names[strings.ReplaceAll(dependency.Name, "-", "_")] = dependency.Name
	}
	var name any = sensor.Spec.Dependencies[0].Name
	if conditions := trigger.Template.Conditions; conditions != "" {
		program, err := expr.Compile(strings.ReplaceAll(conditions, "-", "_"), expr.Env(names))
		if err != nil {
			return none, err
		}
		if name, err = expr.Run(program, names); err != nil {
			return none, err
		}
	}
	expression, err := govaluate.NewEvaluableExpression(strings.ReplaceAll(fmt.Sprint(name), "-", `\-`))
	if err != nil {
		return none, err
	}
	variables := expression.Vars()
	if len(variables) == 0 {
		return none, fmt.Errorf("its conditions %q name no dependency", trigger.Template.Conditions)
	}
	found, ok := known[variables[0]]
	if !ok {
		return none, fmt.Errorf("there is no dependency %s", variables[0])
	}
	return found, nil
}

// listeningTo returns the triggers that wait for an event, and the dead ones beside them.
func (c *cluster) listeningTo(received event) []*subscription {
	var found []*subscription
	for _, waiting := range c.subscriptions {
		bus := waiting.sensor.Namespace == received.source.Namespace &&
			busName(waiting.sensor.Spec.EventBusName) == busName(received.source.Spec.EventBusName)
		waits := waiting.dependency.EventSourceName == received.source.Name && waiting.dependency.EventName == received.name
		if bus && (waits || waiting.dead != nil) {
			found = append(found, waiting)
		}
	}
	return found
}

func busName(name string) string {
	if name == "" {
		return v1alpha1.DefaultEventBusName
	}
	return name
}

// act does with an event what a Sensor's pod does (listenEvents and triggerOne in pkg/sensors/listener.go).
func (s *subscription) act(received event, client dynamic.Interface, to *receiver, strategy *v1alpha1.Backoff) outcome {
	s.busy.Lock()
	defer s.busy.Unlock()
	done := outcome{Sensor: s.sensor.Name, Trigger: s.trigger.Template.Name}
	if s.dead != nil {
		done.Result, done.Why = "dead", s.dead.Error()
		return done
	}
	passing := &v1alpha1.Event{
		Context: &v1alpha1.EventContext{DataContentType: v1alpha1.MediaTypeJSON, Source: received.source.Name, Subject: received.name, Type: string(typeOf(received))},
		Data:    received.data,
	}
	if passes, err := dependencies.Filter(passing, s.dependency.Filters, s.dependency.FiltersLogicalOperator); !passes {
		done.Result, done.Why = "filtered", s.missed(passing, err)
		return done
	}
	err := sharedutil.DoWithRetry(strategy, func() error {
		if s.trigger.Template.HTTP != nil {
			trigger := s.trigger
			err := s.send(map[string]*v1alpha1.Event{s.dependency.Name: passing}, &trigger, to)
			done.Result, done.Sent = "sent", to.last
			return err
		}
		created, err := s.once(map[string]*v1alpha1.Event{s.dependency.Name: passing}, client)
		if err == nil {
			done.Result, done.Object = "created", created.Object
		}
		return err
	})
	if err != nil {
		done.Result, done.Why = "failed", err.Error()
	}
	return done
}

func typeOf(received event) v1alpha1.EventSourceType {
	if _, watched := received.source.Spec.Resource[received.name]; watched {
		return v1alpha1.ResourceEvent
	}
	return v1alpha1.GithubEvent
}

// missed says which filter an event did not pass: Argo Events itself does not.
func (s *subscription) missed(passing *v1alpha1.Event, err error) string {
	if err != nil {
		return err.Error()
	}
	for _, filter := range s.dependency.Filters.Data {
		alone := &v1alpha1.EventDependencyFilter{Data: []v1alpha1.DataFilter{filter}}
		if passes, _ := dependencies.Filter(passing, alone, ""); !passes {
			return fmt.Sprintf("%s is not %s %s%s", filter.Path, filter.Type, filter.Comparator, strings.Join(filter.Value, " or "))
		}
	}
	return "it does not pass the filters together"
}

// once is one try of a trigger.
func (s *subscription) once(events map[string]*v1alpha1.Event, client dynamic.Interface) (*unstructured.Unstructured, error) {
	ctx, trigger := context.Background(), s.trigger
	if err := triggers.ApplyTemplateParameters(events, &trigger); err != nil {
		return nil, err
	}
	if trigger.Template.K8s == nil {
		return nil, errors.New("could not find an implementation")
	}
	implementation := standardk8s.NewStandardK8sTrigger(nil, client, s.sensor, &trigger, quiet)
	object, err := implementation.FetchResource(ctx)
	if err != nil {
		return nil, err
	}
	if object, err = implementation.ApplyResourceParameters(events, object); err != nil {
		return nil, err
	}
	if object, err = implementation.Execute(ctx, events, object); err != nil {
		return nil, err
	}
	created, ok := object.(*unstructured.Unstructured)
	if !ok {
		return nil, errors.New("nothing was created")
	}
	return created, implementation.ApplyPolicy(ctx, created)
}
