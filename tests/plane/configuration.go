package main

import (
	"bytes"
	"embed"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	nodestages "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	podstages "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
)

//go:embed conf
var configurationFiles embed.FS

// writeConfiguration fills in the files of conf/ for this cluster.
func (p *plane) writeConfiguration() error {
	files, err := template.New("").Funcs(template.FuncMap{
		"path":        p.path,
		"mark":        p.mark,
		"nodeAddress": p.nodeAddress,
		"podNetwork":  p.podNetwork,
		"network":     func() string { return p.Network },
		"portKubelet": func() int { return p.port(portKubelet) },
		"portProxy":   func() int { return p.port(portProxy) },
		"kwokStages":  kwokStages,
	}).ParseFS(configurationFiles, "conf/*")
	if err != nil {
		return err
	}
	for _, file := range files.Templates() {
		if err := writeTemplate(file, p.path("conf", file.Name())); err != nil {
			return err
		}
	}
	return nil
}

// writeTemplate leaves a file alone that says so already: kube-proxy ends when its file is written to.
func writeTemplate(file *template.Template, path string) error {
	if file.Name() == cniFile {
		path = filepath.Join(filepath.Dir(path), "cni", cniFile) // containerd reads a directory
	}
	var text bytes.Buffer
	if err := file.Execute(&text, nil); err != nil {
		return err
	}
	if was, err := os.ReadFile(path); err == nil && bytes.Equal(was, text.Bytes()) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}

const cniFile = "10-plane.conflist"

// kwokStages are those of KWOK's own examples: a node that is Ready, pods that start and are deleted.
func kwokStages() string {
	return strings.Join([]string{
		nodestages.DefaultNodeInit, podstages.DefaultPodReady, podstages.DefaultPodDelete}, "\n---\n")
}
