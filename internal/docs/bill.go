package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// printBill prints the bill of materials that cyclonedx-gomod reads from one of
// our programs, with the licence of each module. The output for a program is
// always the same.
func printBill(ctx context.Context, root, program string, out io.Writer) error {
	version, err := os.ReadFile(filepath.Join(root, "VERSION"))
	if err != nil {
		return err
	}
	generator, err := tool(ctx, root, "cyclonedx-gomod")
	if err != nil {
		return err
	}
	//nolint:gosec // The program is the one that tool has built.
	text, err := output(exec.CommandContext(ctx, generator, "bin", "-json", "-std", "-noserial", "-notimestamp",
		"-output-version", "1.5", "-version", "v"+strings.TrimSpace(string(version)), program))
	if err != nil {
		return err
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "licences.md"))
	if err != nil {
		return err
	}
	// cyclonedx-gomod can detect licences itself, but misidentifies the BSD
	// licence of the golang.org/x modules.
	var bill map[string]any
	if err := json.Unmarshal(text, &bill); err != nil {
		return err
	}
	if err := addLicences(bill, string(page)); err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(bill)
}

// addLicences adds the licence in docs/licences.md to each component of a bill.
func addLicences(bill map[string]any, page string) error {
	set := func(component any, licence string) {
		if fields, is := component.(map[string]any); is {
			fields["licenses"] = []any{map[string]any{"expression": licence}}
		}
	}
	components, is := bill["components"].([]any)
	metadata, has := bill["metadata"].(map[string]any)
	if !is || !has {
		return fmt.Errorf("a bill with %T as its components and %T as its metadata", bill["components"], bill["metadata"])
	}
	set(metadata["component"], "Apache-2.0")
	for _, component := range components {
		fields, _ := component.(map[string]any)
		name, _ := fields["name"].(string)
		licence := "BSD-3-Clause" // of the standard library
		if name != "std" {
			var err error
			if licence, err = licenceOf(page, name); err != nil {
				return err
			}
		}
		set(component, licence)
	}
	return nil
}

// licenceOf returns the licence of a module from the rows of docs/licences.md:
// the licences of all its linked libraries.
func licenceOf(page, module string) (string, error) {
	var found []string
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.TrimSpace(line), "`")
		if len(cells) == 3 && strings.HasPrefix(cells[1]+"/", module+"/") {
			found = append(found, strings.Trim(cells[2], "| "))
		}
	}
	if len(found) == 0 {
		return "", fmt.Errorf("docs/licences.md does not name %s: run make licences", module)
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " AND "), nil
}
