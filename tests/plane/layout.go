package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// plane is one cluster: everything of it is below its directory.
//
//	admin.kubeconfig  bin/kubectl
//	pki/              certificates and keys, NAME.kubeconfig of each client
//	conf/             configuration files of the components
//	run/              a record of each process, sockets, settings.json
//	log/              NAME.log of each process, audit.log
//	etcd/             the data
//	node/             what belongs to the node: containerd, kubelet, pod logs
type plane struct {
	dir string
	settings
}

// settings are what `up` was asked for. They are kept, so that the other commands know.
type settings struct {
	Port    int                 // of the API server; those above it are taken as well, see control.go
	Node    string              // name of the real node, empty for none
	Fake    bool                // KWOK plays the nodes that are annotated for it
	Network string              // first two numbers of the node's network, as 10.77
	Fsync   bool                // of etcd
	Extra   map[string][]string // flags added to those of a component
}

// A unix socket's address has room for 107 bytes; the longest below the directory takes 26.
const longestDirectory = 80

func newPlane(dir string) (*plane, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if len(path) > longestDirectory {
		return nil, fmt.Errorf("%s: longer than %d bytes, too long for its sockets", path, longestDirectory)
	}
	for _, covered := range coveredDirectories {
		if strings.HasPrefix(path+"/", covered+"/") {
			return nil, fmt.Errorf("%s: must not be below %s, which the node has for itself", path, covered)
		}
	}
	return &plane{dir: path}, nil
}

// openPlane is newPlane with the settings that `up` has kept.
func openPlane(dir string) (*plane, error) {
	p, err := newPlane(dir)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(p.path("run", "settings.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no cluster in %s", p.dir)
	}
	if err != nil {
		return nil, err
	}
	return p, json.Unmarshal(text, &p.settings)
}

func (p *plane) keepSettings() error {
	text, err := json.MarshalIndent(p.settings, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(p.path("run", "settings.json"), text, 0o644)
}

func (p *plane) makeDirectories() error {
	for _, name := range []string{"bin", "conf", "log", "node", "pki", "run"} {
		if err := os.MkdirAll(p.path(name), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (p *plane) path(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}

// apiAddress is where the API server listens: on the cable to the node, or on this machine only.
func (p *plane) apiAddress() string {
	if p.Node == "" {
		return "127.0.0.1"
	}
	return p.hostAddress()
}

func (p *plane) apiURL() string { return fmt.Sprintf("https://%s:%d", p.apiAddress(), p.Port) }
