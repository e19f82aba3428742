package checks

// Cycles returns the cycles of DependsOn that a walk depth first meets, at most
// limit of them. Each is a list of names that begins and ends with the same one.
// Names that do not exist are ignored, and of checks with the same name the first
// counts.
func Cycles(all []Check, limit int) [][]string {
	index := make(map[string]int, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		index[all[i].Name] = i
	}
	const walking, walked = 1, 2
	var found [][]string
	state := make([]int, len(all))
	depth := make([]int, len(all)) // in path, of those being walked
	var path []string
	var walk func(from int)
	walk = func(from int) {
		state[from], depth[from] = walking, len(path)
		path = append(path, all[from].Name)
		for _, name := range all[from].DependsOn {
			to, exists := index[name]
			switch {
			case len(found) == limit:
				return
			case !exists:
			case state[to] == walking:
				cycle := append([]string(nil), path[depth[to]:]...)
				found = append(found, append(cycle, name))
			case state[to] == 0:
				walk(to)
			}
		}
		path = path[:len(path)-1]
		state[from] = walked
	}
	for from := range all {
		if state[from] == 0 && len(found) < limit {
			walk(from)
		}
	}
	return found
}
