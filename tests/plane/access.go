package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"time"
)

// makeAccess makes the certificates of all components and the kubeconfigs of the clients, once: a
// cluster that comes up again keeps them.
func (p *plane) makeAccess() error {
	if _, err := os.Stat(p.path("admin.kubeconfig")); err == nil {
		return nil
	}
	authority, err := newAuthority(p.path("pki"))
	if err != nil {
		return err
	}
	if err := authority.writeSigningKey(); err != nil {
		return err
	}
	for _, id := range p.identities() {
		if err := authority.issue(id); err != nil {
			return err
		}
		if len(id.addresses) > 0 {
			continue
		}
		if err := p.writeKubeconfig(id.name, p.path("pki", id.name+".kubeconfig")); err != nil {
			return err
		}
	}
	return p.writeKubeconfig("admin", p.path("admin.kubeconfig"))
}

func (p *plane) identities() []identity {
	masters := []string{"system:masters"}
	return []identity{
		{name: "apiserver", user: "kube-apiserver", addresses: []string{p.apiAddress(), "127.0.0.1", serviceAddress,
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}},
		{name: "kubelet-server", user: p.Node, addresses: []string{p.nodeAddress(), p.Node}},
		{name: "admin", user: "admin", groups: masters},
		{name: "apiserver-kubelet", user: "apiserver-kubelet", groups: masters},
		{name: "kcm", user: "system:kube-controller-manager"},
		{name: "kubelet", user: "system:node:" + p.Node, groups: []string{"system:nodes"}},
		{name: "kwok", user: "kwok", groups: masters},
		{name: "proxy", user: "system:kube-proxy"},
		{name: "scheduler", user: "system:kube-scheduler"},
	}
}

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- name: plane
  cluster: {server: %q, certificate-authority-data: %s}
users:
- name: %s
  user: {client-certificate-data: %s, client-key-data: %s}
contexts:
- name: plane
  context: {cluster: plane, user: %s}
current-context: plane
`

func (p *plane) writeKubeconfig(client, path string) error {
	var encoded [3]string
	for i, name := range []string{"ca.crt", client + ".crt", client + ".key"} {
		text, err := os.ReadFile(p.path("pki", name))
		if err != nil {
			return err
		}
		encoded[i] = base64.StdEncoding.EncodeToString(text)
	}
	text := fmt.Sprintf(kubeconfig, p.apiURL(), encoded[0], client, encoded[1], encoded[2], client)
	return os.WriteFile(path, []byte(text), 0o600)
}

// client speaks to the API server, and to any component that has its certificate from us, as admin.
func (p *plane) client() (*http.Client, error) {
	pair, err := tls.LoadX509KeyPair(p.path("pki", "admin.crt"), p.path("pki", "admin.key"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(p.path("pki", "ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	trust := &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool}
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: trust}}, nil
}
