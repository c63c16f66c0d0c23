package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"
)

// settings are the provider's options, from its configuration or else the environment.
type settings struct {
	deleteUnreachable      bool
	skipUpdateUnreachable  bool
	enablePatchForce       bool
	upsertExistingObjects  bool
	enableConfigMapMutable bool
	enableSecretMutable    bool
	// defaultNamespace is set on namespaced objects that name none.
	defaultNamespace string

	qps     float32
	burst   int
	timeout time.Duration
}

// The real plugin's defaults, well above client-go's own 5 and 10.
const (
	defaultQPS   = 50
	defaultBurst = 120
)

type clientSettings struct {
	QPS     *float64 `json:"qps"`
	Burst   *int     `json:"burst"`
	Timeout *int     `json:"timeout"`
}

// configuration is the provider's configuration as the engine sends it: nested values as JSON text.
type configuration map[string]string

func (c configuration) get(key string) (string, bool) {
	value, ok := c["kubernetes:config:"+key]
	return value, ok
}

func (c configuration) enabled(key, env string) bool {
	if value, ok := c.get(key); ok {
		return value == "true"
	}
	return os.Getenv(env) == "true"
}

func readSettings(c configuration) (settings, error) {
	if value, ok := c.get("enableServerSideApply"); ok && value != "true" {
		return settings{}, unsupported("enableServerSideApply: false")
	}
	if value, _ := c.get("renderYamlToDirectory"); value != "" {
		return settings{}, unsupported("renderYamlToDirectory")
	}
	s := settings{
		deleteUnreachable:      c.enabled("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
		skipUpdateUnreachable:  c.enabled("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
		enablePatchForce:       c.enabled("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
		upsertExistingObjects:  c.enabled("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
		enableConfigMapMutable: c.enabled("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
		enableSecretMutable:    c.enabled("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
		qps:                    defaultQPS,
		burst:                  defaultBurst,
	}
	s.defaultNamespace, _ = c.get("namespace")
	return s, s.readClient(c)
}

func (s *settings) readClient(c configuration) error {
	var client clientSettings
	if text, ok := c.get("kubeClientSettings"); ok && text != "" {
		if err := json.Unmarshal([]byte(text), &client); err != nil {
			return fmt.Errorf("kubeClientSettings is not valid: %w", err)
		}
	}
	qps, err := numberOr(client.QPS, "PULUMI_K8S_CLIENT_QPS")
	if err != nil {
		return err
	}
	if qps != nil {
		s.qps = float32(*qps)
	}
	burst, err := numberOr(asFloat(client.Burst), "PULUMI_K8S_CLIENT_BURST")
	if err != nil {
		return err
	}
	if burst != nil {
		s.burst = int(*burst)
	}
	seconds, err := numberOr(asFloat(client.Timeout), "PULUMI_K8S_CLIENT_TIMEOUT")
	if err != nil {
		return err
	}
	if seconds != nil {
		s.timeout = time.Duration(*seconds * float64(time.Second))
	}
	return nil
}

func asFloat(n *int) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

// numberOr is the configured number, or the environment's, or nil.
func numberOr(configured *float64, env string) (*float64, error) {
	text := os.Getenv(env)
	if configured != nil || text == "" {
		return configured, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("the environment variable %s is no number: %q", env, text)
	}
	return &n, nil
}
