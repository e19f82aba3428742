package housetest

import (
	"context"
	"fmt"
	"slices"
)

// systems are the systems whose files are examined: the ones that CI compiles.
func systems() []string { return []string{"linux", "darwin", "windows", "freebsd"} }

// Examine reads the module in dir, which must have our module's path, and returns
// one line for each broken rule, sorted. It returns an error if it cannot read
// the module.
func Examine(ctx context.Context, dir string) (complaints []string, err error) {
	for _, goos := range systems() {
		packages, err := list(ctx, dir, goos)
		if err != nil {
			return nil, err
		}
		complaints = append(complaints, examineLinks(packages)...)
		for _, p := range packages {
			if p.DepOnly {
				continue
			}
			of, err := examinePackage(dir, p)
			if err != nil {
				return nil, err
			}
			complaints = append(complaints, of...)
		}
	}
	slices.Sort(complaints)
	return slices.Compact(complaints), nil
}

func examinePackage(dir string, p listed) ([]string, error) {
	r, found, ours := roomOf(p.ImportPath)
	if !ours {
		return []string{fmt.Sprintf("%s: is not in module %s", p.ImportPath, modulePath)}, nil
	}
	if !found {
		path, _ := ownPath(p.ImportPath)
		return []string{path + ": has no room in internal/housetest/rooms.go"}, nil
	}
	complaints := examineImports(r, p)
	if r.floor == mainFloor || r.testing {
		return complaints, nil
	}
	source, err := examineSource(dir, p)
	return append(complaints, source...), err
}
