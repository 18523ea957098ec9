package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"
)

// up starts what does not run yet and waits until all of it is ready. A cluster that is up stays as
// it is.
func (p *plane) up(images []string, patience time.Duration) error {
	if err := p.refuseWhatRuns(); err != nil {
		return err
	}
	if err := p.forgetOldLogs(); err != nil {
		return err
	}
	if err := p.makeDirectories(); err != nil {
		return err
	}
	if err := p.makeAccess(); err != nil {
		return err
	}
	if err := p.writeConfiguration(); err != nil {
		return err
	}
	if err := p.keepSettings(); err != nil {
		return err
	}
	if err := p.linkKubectl(); err != nil {
		return err
	}
	client, err := p.client()
	if err != nil {
		return err
	}
	if err := p.startAll(client, time.Now().Add(patience)); err != nil {
		return err
	}
	for _, image := range images {
		if err := p.loadImage(image); err != nil {
			return err
		}
	}
	return nil
}

// forgetOldLogs: a new cluster begins new logs, so that all of audit.log is about this one.
func (p *plane) forgetOldLogs() error {
	if _, err := os.Stat(p.path("etcd")); err == nil {
		return nil
	}
	return os.RemoveAll(p.path("log"))
}

func (p *plane) startAll(client *http.Client, until time.Time) error {
	var waiting []component
	for _, c := range components {
		if !c.needed(p) {
			continue
		}
		if p.live(c.name) == 0 {
			if err := p.startOne(&c); err != nil {
				return err
			}
		}
		waiting = append(waiting, c)
		if c.gate {
			if err := p.await(client, waiting, until); err != nil {
				return err
			}
			waiting = nil
		}
	}
	return p.await(client, waiting, until)
}

func (p *plane) startOne(c *component) error {
	if err := p.launch(c.name, c.process(p)); err != nil {
		return err
	}
	if c.prepare == nil {
		return nil
	}
	return c.prepare(p)
}

// refuseWhatRuns: a cluster that runs cannot take other settings, and what is in the namespaces of a
// node that is gone cannot move into others.
func (p *plane) refuseWhatRuns() error {
	runs := p.running()
	if len(runs) == 0 {
		return nil
	}
	if withNode(p) && p.live("node") == 0 {
		return fmt.Errorf("the node of %s was killed (%s are left); take the cluster down first",
			p.dir, strings.Join(runs, ", "))
	}
	was, err := openPlane(p.dir)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(was.settings, p.settings) {
		return fmt.Errorf("the cluster in %s is up (%s) with other settings; take it down first",
			p.dir, strings.Join(runs, ", "))
	}
	return nil
}

// running are the names of the components that run.
func (p *plane) running() []string {
	var names []string
	for _, c := range components {
		if p.live(c.name) != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// linkKubectl makes bin/kubectl, which is this program under another name.
func (p *plane) linkKubectl() error {
	link := p.path("bin", "kubectl")
	if err := os.RemoveAll(link); err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(self())
	if err != nil {
		return err
	}
	return os.Symlink(target, link)
}
