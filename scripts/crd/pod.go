package main

import (
	"encoding/json"
	"fmt"

	"golang.org/x/tools/go/packages"
	// Named here so that go.mod pins what the loader reads.
	_ "k8s.io/api/core/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-tools/pkg/crd"
	crdmarkers "sigs.k8s.io/controller-tools/pkg/crd/markers"
	"sigs.k8s.io/controller-tools/pkg/loader"
	"sigs.k8s.io/controller-tools/pkg/markers"
)

type schema = apiextensions.JSONSchemaProps

// Bounds that rules in CEL need, which cost as much as the longest list they may meet. lib/job has
// the same (template.h).
const (
	containersMost = 64
	nameMost       = 63
	nameForm       = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
)

// podSpec is the schema of a PodSpec as a tree: structural, without descriptions, and with what
// Muster asks of it.
func podSpec() (map[string]any, error) {
	pod, err := load("k8s.io/api/core/v1", "PodSpec")
	if err != nil {
		return nil, err
	}
	crd.EditSchema(pod, bare{})
	// Can only be added to a pod that runs.
	delete(pod.Properties, "ephemeralContainers")
	one := int64(1)
	bound(pod, "containers", &one)
	bound(pod, "initContainers", nil)
	text, err := json.Marshal(pod)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	return tree, json.Unmarshal(text, &tree)
}

// load makes the schema of a Go type from its source and the markers in its comments.
func load(path, name string) (*schema, error) {
	roots, err := loader.LoadRoots(path)
	if err != nil {
		return nil, err
	}
	registry := &markers.Registry{}
	if err := crdmarkers.Register(registry); err != nil {
		return nil, err
	}
	parser := &crd.Parser{
		Collector: &markers.Collector{Registry: registry},
		Checker:   &loader.TypeChecker{},
		// volumeClaimTemplate has metadata of its own, which would be dropped otherwise.
		GenerateEmbeddedObjectMeta: true,
	}
	crd.AddKnownTypes(parser)
	wanted := crd.TypeIdent{Package: roots[0], Name: name}
	parser.NeedFlattenedSchemaFor(wanted)
	// Only as much of other packages is read as these types need, so their types do not add up.
	if loader.PrintErrors(roots, packages.TypeError) {
		return nil, fmt.Errorf("%s.%s: no schema can be made of it", path, name)
	}
	found := parser.FlattenedSchemata[wanted]
	return found.DeepCopy(), nil
}

// bare takes the descriptions out: with them the CRD is too large for a plain kubectl apply.
type bare struct{}

func (b bare) Visit(s *schema) crd.SchemaVisitor {
	if s != nil {
		s.Description = ""
	}
	return b
}

// bound limits a list of containers and their names.
func bound(pod *schema, key string, least *int64) {
	list := pod.Properties[key]
	most, length := int64(containersMost), int64(nameMost)
	list.MinItems, list.MaxItems = least, &most
	name := list.Items.Schema.Properties["name"]
	name.MaxLength, name.Pattern = &length, nameForm
	list.Items.Schema.Properties["name"] = name
	pod.Properties[key] = list
}
