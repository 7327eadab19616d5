"""verify: the gates that judge a task's question, tree and values. One module a gate, one verdict each."""
