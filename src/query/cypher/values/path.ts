import {anyJson} from '../../../data/any.ts';
import {joinParts, keyPart} from '../../../data/key.ts';
import {Boxed} from '../../../data/value.ts';
import {anyText} from './any.ts';
import type {CypherNode, CypherRelationship} from './map.ts';
import type {StoredBox} from './stored-box.ts';

/** A path: its nodes, and the relationships between them, one fewer. */
export class CypherPath extends Boxed {
  readonly nodes: readonly CypherNode[];
  readonly relationships: readonly CypherRelationship[];

  constructor(nodes: readonly CypherNode[], relationships: readonly CypherRelationship[]) {
    super();
    this.nodes = nodes;
    this.relationships = relationships;
  }

  key(): string {
    return `p${joinParts(this.#along().map((part) => keyPart(part.key())))}`;
  }

  /** Nodes and relationships by turns. */
  json(): string {
    return `[${this.#along().map(anyJson).join(',')}]`;
  }

  toString(): string {
    return `<${this.#along().map(anyText).join(', ')}>`;
  }

  stored(): StoredBox {
    const [nodes, steps] = [this.nodes, this.relationships];
    return ['path', nodes.map((node) => node.stored()), steps.map((step) => step.stored())];
  }

  override kindRank(): number {
    return 4;
  }

  #along(): readonly (CypherNode | CypherRelationship)[] {
    return this.nodes.flatMap((node, i) => {
      const step = this.relationships[i];
      return step ? [node, step] : [node];
    });
  }
}
