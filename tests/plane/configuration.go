package main

import (
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

func writeTemplate(file *template.Template, path string) error {
	if file.Name() == cniFile {
		path = filepath.Join(filepath.Dir(path), "cni", cniFile) // containerd reads a directory
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	return file.Execute(out, nil)
}

const cniFile = "10-plane.conflist"

// kwokStages are those of KWOK's own examples: a node that is Ready, pods that start and are deleted.
func kwokStages() string {
	return strings.Join([]string{
		nodestages.DefaultNodeInit, podstages.DefaultPodReady, podstages.DefaultPodDelete}, "\n---\n")
}
