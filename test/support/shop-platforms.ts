/** Bodies as Shopify and WooCommerce send them, with the fields that matter and some that do not. All invented. */
import { createHmac } from 'node:crypto';

export const platformSecret = 'shpss_invented-secret-of-the-tests';
export const deviceEcid = '12345678901234567890123456789012345678';

/** base64 HMAC-SHA-256 of the raw body, as both platforms sign. */
export function signed(body: string | Buffer, secret = platformSecret): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

const money = (amount: string, currency = 'EUR') => ({
  shop_money: { amount, currency_code: currency },
  presentment_money: { amount, currency_code: currency },
});

export function shopifyCustomer(over: object = {}): Record<string, unknown> {
  return {
    id: 7012345678901,
    email: 'Ada.Lovelace@Example.com',
    created_at: '2026-09-01T10:00:00+02:00',
    updated_at: '2026-11-22T10:00:00+01:00',
    first_name: 'Ada',
    last_name: 'Lovelace',
    state: 'enabled',
    note: null,
    verified_email: true,
    phone: null,
    tags: 'newsletter, early',
    currency: 'EUR',
    email_marketing_consent: {
      state: 'subscribed',
      opt_in_level: 'confirmed_opt_in',
      consent_updated_at: '2026-09-01T10:05:00+02:00',
    },
    sms_marketing_consent: null,
    admin_graphql_api_id: 'gid://shopify/Customer/7012345678901',
    default_address: { id: 1, city: 'Malmö', country_code: 'SE', zip: '211 20' },
    ...over,
  };
}

export function shopifyOrder(over: object = {}): Record<string, unknown> {
  return {
    id: 5550001112223,
    admin_graphql_api_id: 'gid://shopify/Order/5550001112223',
    name: '#1001',
    order_number: 1001,
    email: 'ada.lovelace@example.com',
    contact_email: 'ada.lovelace@example.com',
    created_at: '2026-11-23T09:30:00+01:00',
    processed_at: '2026-11-23T09:29:58+01:00',
    updated_at: '2026-11-23T09:30:01+01:00',
    cancelled_at: null,
    cart_token: 'cart-token-1',
    checkout_token: 'checkout-token-1',
    currency: 'EUR',
    presentment_currency: 'EUR',
    current_total_price: '278.90',
    total_price: '278.90',
    total_price_set: money('278.90'),
    financial_status: 'pending',
    fulfillment_status: null,
    test: false,
    buyer_accepts_marketing: true,
    note_attributes: [{ name: '_ecid', value: deviceEcid }],
    customer: shopifyCustomer(),
    line_items: [
      { id: 1, product_id: 8001, variant_id: 9001, sku: 'COAT-M', title: 'Winter coat', quantity: 2, price: '129.00' },
      { id: 2, product_id: 8002, variant_id: 9002, sku: 'SCARF', title: 'Scarf', quantity: 1, price: '20.90' },
      { id: 3, product_id: null, variant_id: null, sku: null, title: 'Tip', quantity: 1, price: '0.00' },
    ],
    refunds: [],
    ...over,
  };
}

export function shopifyRefund(over: object = {}): Record<string, unknown> {
  return {
    id: 990001,
    order_id: 5550001112223,
    created_at: '2026-11-23T09:50:00+01:00',
    processed_at: '2026-11-23T09:50:00+01:00',
    note: 'too small',
    restock: true,
    refund_line_items: [
      {
        id: 3,
        quantity: 1,
        line_item_id: 1,
        restock_type: 'return',
        subtotal: 129,
        subtotal_set: money('129.00'),
        total_tax_set: money('0.00'),
        line_item: { id: 1, product_id: 8001, variant_id: 9001, sku: 'COAT-M', quantity: 2, price: '129.00' },
      },
    ],
    transactions: [
      { id: 4, order_id: 5550001112223, kind: 'refund', status: 'success', amount: '129.00', currency: 'EUR' },
      { id: 5, order_id: 5550001112223, kind: 'refund', status: 'failure', amount: '129.00', currency: 'EUR' },
    ],
    order_adjustments: [],
    ...over,
  };
}

export function shopifyCheckout(over: object = {}): Record<string, unknown> {
  return {
    id: 36010203,
    token: 'checkout-token-1',
    cart_token: 'cart-token-1',
    email: 'ada.lovelace@example.com',
    created_at: '2026-11-23T08:00:00Z',
    updated_at: '2026-11-23T08:01:00Z',
    completed_at: null,
    currency: 'EUR',
    presentment_currency: 'EUR',
    abandoned_checkout_url: 'https://shop.example/1/checkouts/ac/checkout-token-1/recover',
    total_price: '129.00',
    customer: shopifyCustomer(),
    line_items: [{ key: 'k', product_id: 8001, variant_id: 9001, sku: 'COAT-M', quantity: 1, price: '129.00' }],
    note_attributes: [],
    ...over,
  };
}

export function shopifyProductBody(over: object = {}): Record<string, unknown> {
  return {
    id: 8001,
    title: 'Winter coat',
    body_html: '<p>Warm</p>',
    vendor: 'Nord',
    product_type: 'Coats',
    handle: 'winter-coat',
    status: 'active',
    created_at: '2026-09-01T10:00:00Z',
    updated_at: '2026-11-20T10:00:00Z',
    published_at: '2026-09-01T10:00:00Z',
    tags: 'wool, warm',
    variants: [
      {
        id: 9001,
        product_id: 8001,
        title: 'M',
        price: '129.00',
        sku: 'COAT-M',
        inventory_policy: 'deny',
        inventory_management: 'shopify',
        inventory_quantity: 3,
        image_id: null,
      },
      {
        id: 9003,
        product_id: 8001,
        title: 'L',
        price: '119.00',
        sku: 'COAT-L',
        inventory_policy: 'deny',
        inventory_management: 'shopify',
        inventory_quantity: -1,
        image_id: 12,
      },
    ],
    images: [
      { id: 11, src: 'https://cdn.shop.example/coat.png' },
      { id: 12, src: 'https://cdn.shop.example/coat-l.png' },
    ],
    image: { id: 11, src: 'https://cdn.shop.example/coat.png' },
    ...over,
  };
}

export function wooOrder(over: object = {}): Record<string, unknown> {
  return {
    id: 727,
    parent_id: 0,
    number: '727',
    order_key: 'wc_order_invented',
    status: 'processing',
    currency: 'SEK',
    date_created: '2026-11-23T09:40:00',
    date_created_gmt: '2026-11-23T08:40:00',
    date_modified_gmt: '2026-11-23T08:45:00',
    date_paid_gmt: '2026-11-23T08:41:00',
    total: '1290.00',
    total_tax: '258.00',
    customer_id: 25,
    billing: { first_name: 'Ada', last_name: 'Lovelace', email: 'Ada@Example.com', phone: '', country: 'SE' },
    line_items: [
      { id: 1, name: 'Coat', product_id: 93, variation_id: 0, quantity: 1, sku: 'COAT', price: 990, total: '990.00' },
      { id: 2, name: 'Scarf', product_id: 94, variation_id: 95, quantity: 2, sku: 'SC-R', price: 150, total: '300.00' },
    ],
    refunds: [],
    meta_data: [
      { id: 1, key: '_ecid', value: deviceEcid },
      { id: 2, key: 'newsletter', value: 'yes' },
    ],
    ...over,
  };
}

export function wooCustomer(over: object = {}): Record<string, unknown> {
  return {
    id: 25,
    date_created_gmt: '2026-10-01T08:00:00',
    date_modified_gmt: '2026-11-22T08:00:00',
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    role: 'customer',
    username: 'ada',
    billing: { country: 'SE', city: 'Malmö' },
    meta_data: [{ id: 9, key: 'newsletter', value: '1' }],
    ...over,
  };
}

export function wooProduct(over: object = {}): Record<string, unknown> {
  return {
    id: 93,
    name: 'Coat',
    slug: 'coat',
    permalink: 'https://woo.example/product/coat/',
    date_modified_gmt: '2026-11-20T08:00:00',
    type: 'simple',
    status: 'publish',
    catalog_visibility: 'visible',
    sku: 'COAT',
    price: '990.00',
    regular_price: '1090.00',
    sale_price: '990.00',
    manage_stock: true,
    stock_quantity: 4,
    stock_status: 'instock',
    backorders_allowed: false,
    categories: [{ id: 9, name: 'Coats', slug: 'coats' }],
    tags: [{ id: 34, name: 'Wool', slug: 'wool' }],
    images: [{ id: 792, src: 'https://woo.example/coat.jpg' }],
    ...over,
  };
}
