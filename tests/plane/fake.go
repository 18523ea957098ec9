package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KWOK plays the nodes with this annotation, and the pods on them.
const (
	fakeAnnotation = "kwok.x-k8s.io/node"
	fakeNode       = fakeAnnotation + "=fake"
)

// makeFakeNodes makes fake-0, fake-1, ... A pod gets there only when it tolerates the taint.
func (p *plane) makeFakeNodes(count, gpus int) error {
	if !p.Fake {
		return fmt.Errorf("the cluster in %s came up without --fake", p.dir)
	}
	client, err := p.client()
	if err != nil {
		return err
	}
	for i := range count {
		if err := post(client, p.apiURL()+"/api/v1/nodes", newFakeNode(i, gpus)); err != nil {
			return err
		}
	}
	return nil
}

func newFakeNode(number, gpus int) *core.Node {
	name := fmt.Sprintf("fake-%d", number)
	capacity := core.ResourceList{
		core.ResourceCPU:    resource.MustParse("64"),
		core.ResourceMemory: resource.MustParse("512Gi"),
		core.ResourcePods:   resource.MustParse("110"),
		"nvidia.com/gpu":    *resource.NewQuantity(int64(gpus), resource.DecimalSI),
	}
	return &core.Node{
		TypeMeta: meta.TypeMeta{APIVersion: "v1", Kind: "Node"},
		ObjectMeta: meta.ObjectMeta{
			Name:        name,
			Labels:      map[string]string{"kubernetes.io/hostname": name, "type": "fake"},
			Annotations: map[string]string{fakeAnnotation: "fake"},
		},
		Spec: core.NodeSpec{Taints: []core.Taint{
			{Key: fakeAnnotation, Value: "fake", Effect: core.TaintEffectNoSchedule}}},
		Status: core.NodeStatus{Capacity: capacity, Allocatable: capacity},
	}
}

// post makes an object. One of that name that is there already will do.
func post(client *http.Client, url string, object any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	answer, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusConflict {
		return fmt.Errorf("%s: %s: %.300s", url, answer.Status, text)
	}
	return nil
}
