package main

import (
	"fmt"
	"reflect"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type changes map[string]*pulumirpc.PropertyDiff

// comparison walks what the server holds of a program's inputs against the new inputs.
type comparison struct {
	// replacing are the fields whose change replaces the object.
	replacing []string
	found     changes
}

// compare finds every field that differs, by its path; fields only the server set are no difference.
func compare(before, after map[string]any, replacing []string) changes {
	c := comparison{replacing: replacing, found: changes{}}
	c.maps(nil, before, after)
	return c.found
}

func (c comparison) maps(path []string, before, after map[string]any) {
	for key, value := range after {
		if value != nil {
			c.values(append(path[:len(path):len(path)], key), before[key], value)
		}
	}
	for key, value := range before {
		if after[key] == nil && value != nil {
			c.add(append(path[:len(path):len(path)], key), value, pulumirpc.PropertyDiff_DELETE)
		}
	}
}

func (c comparison) values(path []string, before, after any) {
	if before == nil {
		c.add(path, after, pulumirpc.PropertyDiff_ADD)
		return
	}
	switch after := after.(type) {
	case map[string]any:
		if before, ok := before.(map[string]any); ok {
			c.maps(path, before, after)
			return
		}
	case []any:
		if before, ok := before.([]any); ok {
			c.lists(path, before, after)
			return
		}
	}
	if !same(before, after) {
		c.add(path, after, pulumirpc.PropertyDiff_UPDATE)
	}
}

func (c comparison) lists(path []string, before, after []any) {
	for i := 0; i < len(before) || i < len(after); i++ {
		at := append(path[:len(path):len(path)], fmt.Sprintf("[%d]", i))
		switch {
		case i >= len(before):
			c.add(at, after[i], pulumirpc.PropertyDiff_ADD)
		case i >= len(after):
			c.add(at, before[i], pulumirpc.PropertyDiff_DELETE)
		default:
			c.values(at, before[i], after[i])
		}
	}
}

var asReplacement = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
	pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
	pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
	pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
}

func (c comparison) add(path []string, value any, kind pulumirpc.PropertyDiff_Kind) {
	inputDiff := kind == pulumirpc.PropertyDiff_DELETE
	if touches(path, value, c.replacing) {
		kind = asReplacement[kind]
	}
	c.found[propertyPath(path)] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: inputDiff}
}

// propertyPath spells a path the engine's way: dots, and quotes where a key has a dot of its own.
func propertyPath(path []string) string {
	var text strings.Builder
	for i, part := range path {
		switch {
		case strings.HasPrefix(part, "[") && strings.HasSuffix(part, "]"):
			text.WriteString(part)
		case strings.ContainsAny(part, `."[]`):
			text.WriteString(`["` + strings.ReplaceAll(part, `"`, `\"`) + `"]`)
		case i > 0:
			text.WriteString("." + part)
		default:
			text.WriteString(part)
		}
	}
	return text.String()
}

func same(a, b any) bool {
	if x, ok := asNumber(a); ok {
		y, ok := asNumber(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

func asNumber(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
