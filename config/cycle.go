package config

// cycles returns the cycles of a graph that a walk depth first meets, at most
// limit of them. Each begins and ends with the same node.
func cycles(graph [][]int, limit int) [][]int {
	const unseen, walking, walked = 0, 1, 2
	var found [][]int
	state := make([]int, len(graph))
	depth := make([]int, len(graph)) // of those being walked, in path
	var path []int
	var walk func(from int)
	walk = func(from int) {
		state[from], depth[from] = walking, len(path)
		path = append(path, from)
		for _, to := range graph[from] {
			switch {
			case len(found) == limit:
				return
			case state[to] == walking:
				cycle := append([]int(nil), path[depth[to]:]...)
				found = append(found, append(cycle, to))
			case state[to] == unseen:
				walk(to)
			}
		}
		path = path[:len(path)-1]
		state[from] = walked
	}
	for from := range graph {
		if state[from] == unseen && len(found) < limit {
			walk(from)
		}
	}
	return found
}
