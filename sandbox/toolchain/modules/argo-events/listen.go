package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
)

// server takes GitHub's deliveries, one at a time.
type server struct {
	config    *rest.Config
	client    *http.Client
	namespace string
	busy      sync.Mutex
	objects   objects
	cluster   *cluster
	refused   error
}

func listen(kubeconfig, namespace, ready string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	// One that a killed run left behind would announce a listener that is not there.
	_ = os.Remove(ready)
	defer os.Remove(ready)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	go func() { _ = http.Serve(listener, &server{config: config, client: client, namespace: namespace}) }()
	url := "http://" + listener.Addr().String()
	say("Listens on %s with the code of Argo Events %s. No workflow controller runs here.", url, version)
	text, _ := json.Marshal(map[string]any{"url": url, "pid": os.Getpid()})
	if err := os.WriteFile(ready, append(text, '\n'), 0o600); err != nil {
		return err
	}
	<-told
	return nil
}

func (s *server) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	s.busy.Lock()
	defer s.busy.Unlock()
	// Without its query, which could carry anything.
	place := request.Method + " " + request.URL.EscapedPath()
	current, err := s.current(request.Context())
	if err != nil {
		say("%s: 500, nothing is known: %s", place, err)
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	answered := httptest.NewRecorder()
	events := current.receive(answered, request)
	say("%s: %d %s", place, answered.Code, strings.TrimSpace(answered.Body.String()))
	for name, values := range answered.Header() {
		response.Header()[name] = values
	}
	response.WriteHeader(answered.Code)
	_, _ = response.Write(answered.Body.Bytes())
	for _, received := range events {
		listening := current.listeningTo(received)
		if len(listening) == 0 {
			say("  event %s of EventSource %s: no trigger waits for it", received.name, received.source.Name)
		}
		for _, waiting := range listening {
			// The answer is out before a Sensor has seen the event, as in a cluster.
			go s.act(waiting, received)
		}
	}
}

func (s *server) act(waiting *subscription, received event) {
	place := fmt.Sprintf("  Sensor %s, trigger %s", waiting.sensor.Name, waiting.trigger.Template.Name)
	account := "default"
	if template := waiting.sensor.Spec.Template; template != nil && template.ServiceAccountName != "" {
		account = template.ServiceAccountName
	}
	config := rest.CopyConfig(s.config)
	config.Impersonate.UserName = fmt.Sprintf("system:serviceaccount:%s:%s", s.namespace, account)
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		say("%s: failed: %s", place, err)
		return
	}
	strategy := waiting.trigger.RetryStrategy
	if strategy == nil {
		strategy = &v1alpha1.Backoff{Steps: 1}
	}
	start := time.Now()
	done := waiting.act(received, client, nil, strategy)
	if done.Result == "created" {
		metadata := metav1.ObjectMeta{}
		text, _ := json.Marshal(done.Object["metadata"])
		_ = json.Unmarshal(text, &metadata)
		say("%s: created %s %s/%s as %s", place, done.Object["kind"], metadata.Namespace, metadata.Name, config.Impersonate.UserName)
	} else {
		say("%s: %s after %.1f s: %s", place, done.Result, time.Since(start).Seconds(), done.Why)
	}
}

// current is what the API server holds now. In a cluster, pods take in a changed object when they are started anew.
func (s *server) current(ctx context.Context) (*cluster, error) {
	var now objects
	var err error
	custom := "/apis/argoproj.io/v1alpha1/namespaces/" + s.namespace
	if now.EventSources, err = list[json.RawMessage](ctx, s, custom+"/eventsources"); err != nil {
		return nil, err
	}
	if now.Sensors, err = list[json.RawMessage](ctx, s, custom+"/sensors"); err != nil {
		return nil, err
	}
	if now.Secrets, err = list[corev1.Secret](ctx, s, "/api/v1/namespaces/"+s.namespace+"/secrets"); err != nil {
		return nil, err
	}
	if s.cluster == nil && s.refused == nil || !reflect.DeepEqual(now, s.objects) {
		if s.cluster != nil {
			s.cluster.stop()
		}
		s.objects = now
		s.cluster, s.refused = newCluster(now)
	}
	return s.cluster, s.refused
}

func list[Item any](ctx context.Context, s *server, path string) ([]Item, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.Host+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var found struct {
		Items   []Item `json:"items"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the API server refused to show %s (%d): %s", path, response.StatusCode, found.Message)
	}
	return found.Items, nil
}

func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, time.Now().UTC().Format(time.RFC3339Nano)+" "+format+"\n", values...)
}
