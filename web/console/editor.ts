// The SQL editor: CodeMirror in a shadow root, whose styles are then constructed style sheets, which the page's content
// security policy allows; as <style> elements they would be inline styles, which it does not.

import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, CompletionContext, completionKeymap, CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { keywordCompletionSource, PostgreSQL, schemaCompletionSource } from "@codemirror/lang-sql";
import { bracketMatching, ensureSyntaxTree, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { h } from "../shared/dom";
import { Completer, schemaOf } from "./completion";

// Custom properties reach into the shadow root, so the colours follow the page's theme by themselves.
const LOOK = EditorView.theme({
  "&": { height: "100%", fontSize: "14px", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", border: "1px solid var(--line-strong)", borderRadius: "8px", overflow: "hidden" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  ".cm-placeholder": { color: "var(--ink-soft)" },
});

const COLOURS = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--series-1)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--series-2)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--series-3)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--ink-soft)", fontStyle: "italic" },
]));

// Over selected, coloured text Blink types with a style attribute, which the policy blocks and the browser's console tells.
// So the editor itself replaces a selection.
const TYPE_OVER_SELECTION = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || event.data === null || empty || view.composing) return false;
    const text = event.data;
    const insert = () => view.state.update({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: "input.type", scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, text, insert));
    if (!handled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

// Behind a dot comes a table, or a column of one, never a key word.
const ALL_KEYWORDS = keywordCompletionSource(PostgreSQL);
const behindDot = (context: CompletionContext) => context.matchBefore(/\.\s*"?[\w$]*/) !== null;
const KEYWORDS = PostgreSQL.language.data.of({ autocomplete: (context: CompletionContext) => (behindDot(context) ? null : ALL_KEYWORDS(context)) });

// Columns behind a table or its alias may have to be read first.
function names(completer: Completer): CompletionSource {
  const source = () => schemaCompletionSource({ dialect: PostgreSQL, schema: schemaOf(completer.tables) });
  let known = source();
  return async (context) => {
    if (behindDot(context) && (await completer.readAhead(context.state.doc.toString()).catch(() => false))) known = source();
    return known(context);
  };
}

function language(completer: Completer) {
  return [PostgreSQL.language, KEYWORDS, PostgreSQL.language.data.of({ autocomplete: names(completer) })];
}

interface Commands {
  run(): void;
  runCurrent(): void;
  explain(): void;
  // The text has changed and then rested.
  rested(text: string): void;
}

interface Part {
  text: string;
  offset: number;
}

const NARROW = window.matchMedia("(max-width: 720px)");
const REST_MS = 300;
const PARSE_MS = 100;

export class Editor {
  readonly element = h("div", { class: "editor" });
  private readonly language = new Compartment();
  private readonly view: EditorView;

  private restTimer = 0;

  constructor(text: string, commands: Commands, private readonly completer: Completer) {
    const root = this.element.attachShadow({ mode: "open" });
    const bound = (work: () => void) => () => {
      closeCompletion(this.view);  // it would lie over the rows
      work();
      return true;
    };
    this.view = new EditorView({
      root, parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          Prec.highest(keymap.of([{ key: "Mod-Enter", run: bound(commands.run) }, { key: "Mod-Shift-Enter", run: bound(commands.runCurrent) }, { key: "Mod-Shift-e", run: bound(commands.explain) }])),
          lineNumbers(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion({ icons: false }),
          highlightActiveLine(), highlightSelectionMatches(), search(), TYPE_OVER_SELECTION, LOOK, COLOURS, placeholder("SELECT …"), ...(NARROW.matches ? [EditorView.lineWrapping] : []),
          EditorView.contentAttributes.of({ "aria-label": "SQL statement. Control and Enter runs it; Escape, then Tab leaves the editor." }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap]),
          this.language.of(language(completer)),
          PostgreSQL.language.data.of({ autocomplete: completer.columns }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            clearTimeout(this.restTimer);
            this.restTimer = window.setTimeout(() => commands.rested(this.view.state.doc.toString()), REST_MS);
          }),
        ],
      }),
    });
  }

  // What is selected, or all.
  statement(): Part {
    const { from, to } = this.view.state.selection.main;
    if (from !== to) return { text: this.view.state.sliceDoc(from, to), offset: from };
    return { text: this.view.state.doc.toString(), offset: 0 };
  }

  setText(text: string): void {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, selection: { anchor: text.length } });
  }

  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text));
    this.view.focus();
  }

  focus(): void {
    this.view.focus();
  }

  // Where the database found a mistake.
  pointAt(offset: number): void {
    const at = Math.min(Math.max(offset, 0), this.view.state.doc.length);
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at) });
    this.view.focus();
  }

  // What is selected, or the statement the cursor is in or behind.
  current(): Part {
    const { main } = this.view.state.selection;
    if (!main.empty) return this.statement();
    const tree = ensureSyntaxTree(this.view.state, this.view.state.doc.length, PARSE_MS);
    let found: Part | null = null;
    for (let node = tree?.topNode.firstChild ?? null; node; node = node.nextSibling) {
      if (node.name !== "Statement" || (found && node.from > main.head)) continue;
      found = { text: this.view.state.sliceDoc(node.from, node.to), offset: node.from };
    }
    return found ?? this.statement();
  }

  // The catalog has changed.
  complete(): void {
    this.completer.index();
    this.view.dispatch({ effects: this.language.reconfigure(language(this.completer)) });
  }
}
