package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	core "k8s.io/api/core/v1"
)

// await waits until all these components are ready. It gives up when one has ended.
func (p *plane) await(client *http.Client, waiting []component, until time.Time) error {
	for len(waiting) > 0 {
		next := waiting[0]
		err := next.ready(p, client)
		if err == nil {
			waiting = waiting[1:]
			continue
		}
		if p.live(next.name) == 0 {
			return fmt.Errorf("%s has ended; its log is %s", next.name, p.path("log", next.name+".log"))
		}
		if time.Now().After(until) {
			return fmt.Errorf("%s is not ready: %w", next.name, err)
		}
		time.Sleep(25 * time.Millisecond)
	}
	return nil
}

// get is nil for an answer 200, and an error for any other.
func get(client *http.Client, url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %.300s", url, answer.Status, text)
	}
	return text, nil
}

func apiserverReady(p *plane, client *http.Client) error {
	_, err := get(client, p.apiURL()+"/readyz")
	return err
}

// kcmReady asks for what the controllers make in a new namespace, too: without it pods are refused.
func kcmReady(p *plane, client *http.Client) error {
	for _, url := range []string{
		fmt.Sprintf("https://127.0.0.1:%d/healthz", p.port(portKCM)),
		p.apiURL() + "/api/v1/namespaces/default/serviceaccounts/default",
		p.apiURL() + "/api/v1/namespaces/default/configmaps/kube-root-ca.crt",
	} {
		if _, err := get(client, url); err != nil {
			return err
		}
	}
	return nil
}

func schedulerReady(p *plane, client *http.Client) error {
	_, err := get(client, fmt.Sprintf("https://127.0.0.1:%d/readyz", p.port(portScheduler)))
	return err
}

func containerdReady(p *plane, _ *http.Client) error {
	connection, err := net.Dial("unix", p.containerdSocket())
	if err != nil {
		return err
	}
	return connection.Close()
}

func proxyReady(p *plane, client *http.Client) error {
	_, err := get(client, fmt.Sprintf("http://%s:%d/healthz", p.nodeAddress(), p.port(portProxy)))
	return err
}

func kubeletReady(p *plane, client *http.Client) error {
	text, err := get(client, p.apiURL()+"/api/v1/nodes/"+p.Node)
	if err != nil {
		return err
	}
	var node core.Node
	if err := json.Unmarshal(text, &node); err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == core.NodeReady && condition.Status == core.ConditionTrue {
			return nil
		}
	}
	return errors.New("the node is not Ready")
}
