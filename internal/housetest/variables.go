package housetest

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// examineDeclarations complains of init functions and of package variables whose
// type exists to be changed. A sync.Pool is allowed, because its state is not
// observable.
func (s *source) examineDeclarations(file *ast.File) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				s.complain(d, "func init: make it a function that its user calls")
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				s.examineVariables(d)
			}
		}
	}
}

func (s *source) examineVariables(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		variables := spec.(*ast.ValueSpec)
		if variables.Type != nil {
			s.examineState(variables.Type, variables.Names)
		}
		for _, value := range variables.Values {
			s.examineState(value, variables.Names)
		}
	}
}

// examineState complains of the variables names if x, their type or initial
// value, contains a lock, an atomic or a channel. It does not look inside
// functions.
func (s *source) examineState(x ast.Expr, names []*ast.Ident) {
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.FuncType:
			return false
		case *ast.ChanType:
			s.complain(names[0], "package variable %s is or holds a channel", names[0].Name)
		case *ast.SelectorExpr:
			path, name := s.packageMember(n)
			locks := []string{"Mutex", "RWMutex", "Once", "WaitGroup", "Map", "Cond", "NewCond"}
			if path == "sync/atomic" || path == "sync" && slices.Contains(locks, name) {
				s.complain(names[0], "package variable %s is or holds a %s.%s", names[0].Name, path, name)
			}
		}
		return true
	})
}

// examineChange complains when n changes a package variable, ours or another's,
// or hands out its address.
func (s *source) examineChange(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			s.changes(n.Lhs...)
		}
	case *ast.IncDecStmt:
		s.changes(n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			s.changes(n.Key, n.Value)
		}
	case *ast.CallExpr:
		s.examineCall(n)
	case *ast.UnaryExpr:
		if name := s.packageVariable(n.X); n.Op == token.AND && name != "" {
			s.complain(n, "the address of package variable %s is taken", name)
		}
	}
}

func (s *source) changes(targets ...ast.Expr) {
	for _, target := range targets {
		if name := s.packageVariable(target); name != "" {
			s.complain(target, "package variable %s changes", name)
		}
	}
}

// examineCall complains of calls that change a package variable: calls of
// builtins that change their first argument, and calls of pointer-receiver
// methods of our own types.
func (s *source) examineCall(call *ast.CallExpr) {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		_, builtin := s.info.Uses[f].(*types.Builtin)
		if builtin && slices.Contains([]string{"delete", "clear", "copy"}, f.Name) && len(call.Args) > 0 {
			s.changes(call.Args[0])
		}
	case *ast.SelectorExpr:
		method := s.info.Selections[f]
		if method == nil || method.Kind() != types.MethodVal {
			return
		}
		receiver := method.Obj().Type().(*types.Signature).Recv().Type()
		_, takesPointer := receiver.(*types.Pointer)
		_, isPointer := method.Recv().(*types.Pointer)
		if name := s.packageVariable(f.X); takesPointer && !isPointer && name != "" {
			s.complain(call, "package variable %s is handed by address to its method %s", name, f.Sel.Name)
		}
	}
}

// packageVariable returns the name of the package variable that x is or belongs
// to, or the empty string.
func (s *source) packageVariable(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		v, ok := s.info.Uses[x].(*types.Var)
		if ok && v.Parent() == s.pkg.Scope() {
			return x.Name
		}
	case *ast.SelectorExpr:
		if path, name := s.packageMember(x); path != "" {
			return path + "." + name
		}
		return s.packageVariable(x.X)
	case *ast.IndexExpr:
		return s.packageVariable(x.X)
	case *ast.SliceExpr:
		return s.packageVariable(x.X)
	case *ast.StarExpr:
		return s.packageVariable(x.X)
	case *ast.ParenExpr:
		return s.packageVariable(x.X)
	}
	return ""
}
