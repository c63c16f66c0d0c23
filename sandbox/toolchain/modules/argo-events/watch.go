package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	eventsourcecommon "github.com/argoproj/argo-events/pkg/eventsources/common"
	"github.com/argoproj/argo-events/pkg/eventsources/events"
	"github.com/argoproj/argo-events/pkg/eventsources/sources/calendar"
	"github.com/argoproj/argo-events/pkg/eventsources/sources/resource"
)

// change is one line of a watch: an object that an API server added or changed.
type change struct {
	Type   string          `json:"type"`
	Object json.RawMessage `json:"object"`
}

// happenings are objects that are there when an EventSource starts, and what changes then.
type happenings struct {
	Before  []json.RawMessage `json:"before"`
	Changes []change          `json:"changes"`
	// The uid of the last object; it must pass the EventSource's filter.
	Last string `json:"last"`
	// Events of calendars whose time has come.
	Ticks []string `json:"ticks"`
	// How the receivers of requests answer.
	Answer int `json:"answer"`
}

// The last object comes at once, or Argo Events does not pass it on.
const patience = 20 * time.Second

// watch lets the resource EventSources see these objects at an API server that has nothing else.
func (c *cluster) watch(seen happenings) ([]event, error) {
	if len(seen.Ticks) > 0 {
		return c.ticks(seen.Ticks)
	}
	server := httptest.NewServer(seen)
	defer server.CloseClientConnections()
	file, err := kubeconfigOf(server.URL)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(filepath.Dir(file))
	// As in a pod, where it is empty.
	os.Setenv(v1alpha1.EnvVarKubeConfig, file)
	defer os.Unsetenv(v1alpha1.EnvVarKubeConfig)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var lock sync.Mutex
	var received []event
	ended := make(chan error, 1)
	for _, source := range c.watching {
		for _, name := range slices.Sorted(maps.Keys(source.Spec.Resource)) {
			listener := &resource.EventListener{EventSourceName: source.Name, EventName: name, ResourceEventSource: source.Spec.Resource[name], Metrics: measured}
			go func() {
				err := listener.StartListening(ctx, func(data []byte, _ ...eventsourcecommon.Option) error {
					lock.Lock()
					defer lock.Unlock()
					received = append(received, event{source, name, data})
					if uidOf(data) == seen.Last {
						ended <- nil
					}
					return nil
				})
				if err != nil {
					ended <- err
				}
			}()
		}
	}
	select {
	case err = <-ended:
	case <-time.After(patience):
		err = errors.New("the EventSource passes nothing on")
	}
	lock.Lock()
	defer lock.Unlock()
	return slices.DeleteFunc(slices.Clone(received), func(one event) bool { return uidOf(one.data) == seen.Last }), err
}

// ticks is what calendar EventSources would send now: their clock is not waited for.
func (c *cluster) ticks(names []string) ([]event, error) {
	data, err := json.Marshal(events.CalendarEventData{EventTime: "2026-11-30 08:00:00 +0000 UTC"})
	var received []event
	for _, source := range c.watching {
		for _, name := range names {
			if _, known := source.Spec.Calendar[name]; known {
				received = append(received, event{source, name, data})
			}
		}
	}
	return received, err
}

// validateResources checks the resource and calendar events of an EventSource as Argo Events' controller does.
func validateResources(ctx context.Context, source *v1alpha1.EventSource) error {
	for name, entry := range source.Spec.Resource {
		checked := &resource.EventListener{EventSourceName: source.Name, EventName: name, ResourceEventSource: entry}
		if err := checked.ValidateEventSource(ctx); err != nil {
			return fmt.Errorf("Argo Events' controller refuses %s: %w", name, err)
		}
	}
	for name, entry := range source.Spec.Calendar {
		checked := &calendar.EventListener{EventSourceName: source.Name, EventName: name, CalendarEventSource: entry}
		if err := checked.ValidateEventSource(ctx); err != nil {
			return fmt.Errorf("Argo Events' controller refuses %s: %w", name, err)
		}
		if _, err := time.LoadLocation(entry.Timezone); err != nil {
			return fmt.Errorf("%s never starts: %w", name, err)
		}
	}
	return nil
}

// ServeHTTP answers a list, and then one watch that stays open.
func (h happenings) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "application/json")
	if request.URL.Query().Get("watch") == "" {
		items := h.Before
		if items == nil {
			items = []json.RawMessage{}
		}
		_ = json.NewEncoder(response).Encode(map[string]any{
			"apiVersion": "v1", "kind": "EventList", "metadata": map[string]string{"resourceVersion": "1"}, "items": items,
		})
		return
	}
	for _, one := range h.Changes {
		_ = json.NewEncoder(response).Encode(one)
	}
	response.(http.Flusher).Flush()
	<-request.Context().Done()
}

func uidOf(data []byte) string {
	var found struct {
		Body struct {
			Metadata struct {
				UID string `json:"uid"`
			} `json:"metadata"`
		} `json:"body"`
	}
	_ = json.Unmarshal(data, &found)
	return found.Body.Metadata.UID
}

func kubeconfigOf(url string) (string, error) {
	folder, err := os.MkdirTemp("", "argo-events-")
	if err != nil {
		return "", err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["it"] = &clientcmdapi.Cluster{Server: url}
	config.Contexts["it"] = &clientcmdapi.Context{Cluster: "it"}
	config.CurrentContext = "it"
	file := filepath.Join(folder, "config")
	return file, clientcmd.WriteToFile(*config, file)
}
