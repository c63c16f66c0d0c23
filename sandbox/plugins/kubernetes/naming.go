package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// metadataOf is the metadata of inputs, made where it is missing; nil where it is not known yet.
func metadataOf(obj *unstructured.Unstructured) map[string]any {
	switch metadata := obj.Object["metadata"].(type) {
	case map[string]any:
		return metadata
	case nil:
		made := map[string]any{}
		obj.Object["metadata"] = made
		return made
	default:
		return nil
	}
}

// named says whether the program gives the object a name, be it one not known yet.
func named(obj *unstructured.Unstructured) bool {
	metadata := metadataOf(obj)
	if metadata == nil {
		return true
	}
	_, computed := metadata["name"].(unknown)
	return computed || obj.GetName() != ""
}

// assignName names an object that the program left unnamed: its former name, else the one the
// engine proposes, else the resource's name and a random suffix.
func assignName(obj, old *unstructured.Unstructured, urn resource.URN, req *pulumirpc.CheckRequest) error {
	if named(obj) {
		return nil
	}
	if obj.GetGenerateName() != "" {
		return errors.New("metadata.generateName does not work with server-side apply; set metadata.name, or neither")
	}
	if annotated(old, autonamedAnnotation) && old.GetName() != "" {
		setName(obj, old.GetName())
		return nil
	}
	if options := req.GetAutonaming(); options != nil {
		switch options.GetMode() {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return errors.New("autonaming is off: metadata.name must be set")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			setName(obj, options.GetProposedName())
			return nil
		}
	}
	name, err := resource.NewUniqueName(req.GetRandomSeed(), urn.Name()+"-", 0, 0, nil)
	if err != nil {
		return err
	}
	setName(obj, name)
	return nil
}

// setName records that the name was not the program's, so that a replacement may take another.
func setName(obj *unstructured.Unstructured, name string) {
	metadata := metadataOf(obj)
	metadata["name"] = name
	switch annotations := metadata["annotations"].(type) {
	case map[string]any:
		annotations[autonamedAnnotation] = "true"
	case nil:
		metadata["annotations"] = map[string]any{autonamedAnnotation: "true"}
	}
}

const managedByLabel = "app.kubernetes.io/managed-by"

// keepManagedByLabel keeps the label that stacks of client-side times carry; new objects get none.
func keepManagedByLabel(obj, old *unstructured.Unstructured) {
	if old.GetLabels()[managedByLabel] != "pulumi" {
		return
	}
	metadata := metadataOf(obj)
	if metadata == nil {
		return
	}
	switch labels := metadata["labels"].(type) {
	case map[string]any:
		labels[managedByLabel] = "pulumi"
	case nil:
		metadata["labels"] = map[string]any{managedByLabel: "pulumi"}
	}
}
