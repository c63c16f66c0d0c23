package main

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// cluster is one API server: what kinds it serves, and a client for objects of any kind.
type cluster struct {
	server string
	// timeout is how long a request may take; 0 where only the connection's own limits apply.
	timeout   time.Duration
	discovery discovery.CachedDiscoveryInterface
	mapper    meta.ResettableRESTMapper
	objects   dynamic.Interface
}

func newCluster(config *rest.Config) (*cluster, error) {
	disco, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	cached := memory.NewMemCacheClient(disco)
	return &cluster{
		server:    config.Host,
		timeout:   config.Timeout,
		discovery: cached,
		mapper:    restmapper.NewDeferredDiscoveryRESTMapper(cached),
		objects:   objects,
	}, nil
}

func (c *cluster) reach() error {
	if _, err := c.discovery.ServerVersion(); err != nil {
		return fmt.Errorf("%s does not answer: %w", c.server, err)
	}
	return nil
}

// mapping finds the REST resource of a kind. One that was defined a moment ago is looked for again.
func (c *cluster) mapping(kind schema.GroupVersionKind) (*meta.RESTMapping, error) {
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		c.mapper.Reset()
		mapping, err = c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	}
	return mapping, err
}

// serves says whether the server has the kind; it does not ask again for one that it lacked.
func (c *cluster) serves(kind schema.GroupVersionKind) bool {
	_, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	return err == nil
}

// client is for objects of the kind and namespace of obj; a namespaced kind defaults to "default".
func (c *cluster) client(obj *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(obj.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	client := c.objects.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return client, nil
	}
	return client.Namespace(namespaceOrDefault(obj.GetNamespace())), nil
}

func namespaceOrDefault(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}

// namespaced says whether objects of the kind live in a namespace. A kind that is not there
// yet counts as namespaced; the server corrects that when the object is created.
func (p *standIn) namespaced(kind schema.GroupVersionKind) bool {
	if p.cluster == nil || p.unreachable != "" {
		return true
	}
	mapping, err := p.cluster.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	return err != nil || mapping.Scope.Name() == meta.RESTScopeNameNamespace
}
