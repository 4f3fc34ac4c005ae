### Documents

docs-none = Nothing is indexed yet. Begin with: saseo index FOLDER
docs-none-found = No document matches “{ $wanted }”. saseo docs list shows all.
docs-several = { $count ->
    [one] One document matches “{ $wanted }”.
   *[other] { $count } documents match “{ $wanted }”. Give the number of one.
}
docs-total = { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}
docs-id = No.
docs-title = title
docs-link = Link
docs-path = path
docs-scope = scope
docs-language = language
docs-size = size
docs-modified = modified
docs-age = age
docs-passages = passages
docs-left-out = left out
docs-added = Added, for { $scope }: { $title }
docs-add-refused = { $name } wasn't added: { $why }
docs-remove-means = “{ $title }” ({ $path }) will be forgotten: answers no longer use it, and later runs leave it out until you index it by its own name. The file itself stays.
docs-remove-sure = Forget it?
docs-removed = Forgotten: { $title } ({ $path })
