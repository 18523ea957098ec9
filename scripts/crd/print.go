package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// A value of at most so many columns goes on one line.
const width = 160

// block prints the members of a tree as lines of YAML. What fits on one line is printed in flow
// style, which keeps the file small enough to be read.
func block(out *bytes.Buffer, indent int, tree map[string]any) {
	for _, key := range keys(tree) {
		line := fmt.Sprintf("%*s%s: ", indent, "", scalar(key))
		short := flow(tree[key])
		inner, isTree := tree[key].(map[string]any)
		if !isTree || len(short) <= width {
			fmt.Fprintf(out, "%s%s\n", line, short)
			continue
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
		block(out, indent+2, inner)
	}
}

func flow(value any) string {
	var parts []string
	switch value := value.(type) {
	case map[string]any:
		for _, key := range keys(value) {
			parts = append(parts, scalar(key)+": "+flow(value[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, element := range value {
			parts = append(parts, flow(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return scalar(value)
	}
}

// scalar prints a value so that readers of YAML 1.1 and 1.2 agree about it.
func scalar(value any) string {
	plain, err := yaml.Marshal(value)
	text := strings.TrimSuffix(string(plain), "\n")
	if err == nil && !strings.ContainsAny(text, ",[]{}\n") {
		return text
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		fail(err)
	}
	return string(quoted)
}

// keys in an order that reads well: the type first, what is inside last.
func keys(tree map[string]any) []string {
	rank := map[string]int{"type": -1, "items": 1, "properties": 2}
	return slices.SortedFunc(maps.Keys(tree), func(a, b string) int {
		if rank[a] != rank[b] {
			return rank[a] - rank[b]
		}
		return strings.Compare(a, b)
	})
}
