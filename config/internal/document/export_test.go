package document

// List is what Read does first.
func List(pattern string) ([]string, error) { return list(pattern) }
