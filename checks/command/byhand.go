package command

import "slices"

// ByHand implements [checks.Manual]. Its arguments are the operator's own text:
// show them only to those who may see the settings.
func (e Exec) ByHand() []string { return slices.Clone(e.Command) }
