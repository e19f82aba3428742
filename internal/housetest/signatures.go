package housetest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// examineSignatures complains of exported declarations with a type from an
// internal package: other modules could not name that type.
func (s *source) examineSignatures(file *ast.File) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || receiver(d.Recv.List[0].Type).IsExported()) {
				s.examineType(d.Name, d.Type)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				s.examineSpec(d.Tok, spec)
			}
		}
	}
}

// receiver returns the name of a receiver's type.
func receiver(x ast.Expr) *ast.Ident {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	case *ast.IndexListExpr:
		return receiver(x.X)
	}
	return x.(*ast.Ident)
}

func (s *source) examineSpec(tok token.Token, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() {
			s.examineType(spec.Name, spec.Type)
		}
	case *ast.ValueSpec:
		i := slices.IndexFunc(spec.Names, (*ast.Ident).IsExported)
		switch {
		case i < 0:
		case spec.Type != nil:
			s.examineType(spec.Names[i], spec.Type)
		case tok == token.VAR: // Its type is that of its value.
			for _, value := range spec.Values {
				s.examineType(spec.Names[i], value)
			}
		}
	}
}

// examineType complains of names from internal packages in x, which is or gives
// the type of an exported name.
func (s *source) examineType(name *ast.Ident, x ast.Expr) {
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			return false
		case *ast.StructType:
			for _, f := range n.Fields.List {
				if len(f.Names) == 0 || slices.ContainsFunc(f.Names, (*ast.Ident).IsExported) {
					s.examineType(name, f.Type)
				}
			}
			return false
		case *ast.SelectorExpr:
			path, member := s.packageMember(n)
			if own, ours := ownPath(path); ours && isInternal(own) {
				s.complain(name, "exported %s shows %s of %s", name.Name, member, own)
			}
		}
		return true
	})
}

// isInternal reports whether a path below the module leads into a folder internal.
func isInternal(path string) bool { return strings.Contains("/"+path+"/", "/internal/") }
